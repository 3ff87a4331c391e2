"""The loop: accelerate for device and precision, validation, selection, early stopping, exact resume."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import Tensor

from crossret.data.sampling import Batch, Sampler
from crossret.errors import CrossretError
from crossret.model.dual_encoder import DualEncoder
from crossret.objective.objective import Objective
from crossret.recipe.models import TrainingRecipe
from crossret.training.event_log import EventLog
from crossret.training.progress import Progress, Validation
from crossret.training.running_means import RunningMeans
from crossret.training.schedule import Schedule
from crossret.training.seeds import random_state, restore_random_state
from crossret.training.step import InputBank, Step
from crossret.training.tensor_files import prefixed, read_tensors, under, write_tensors

STATE_FILE = "state.safetensors"
REPORT_SECONDS = 0.5


class DivergedError(CrossretError):
    """The loss is no number any more."""


@dataclass(frozen=True)
class Setting:
    """What a training needs besides the model.

    Attributes:
        validate: scores the model; higher is better.
        report: called now and then with the share done and the current loss.
    """

    recipe: TrainingRecipe
    sampler: Sampler
    bank: InputBank
    validate: Callable[[DualEncoder], float]
    report: Callable[[float, float], None]
    folder: Path


class Trainer:
    """Trains one model in one folder; a second trainer in the same folder continues where the first was stopped."""

    def __init__(self, model: DualEncoder, objective: Objective, setting: Setting, accelerator: Accelerator) -> None:
        self.setting = setting
        self.accelerator = accelerator
        self.device = accelerator.device
        self.model = model.to(self.device)
        self.objective = objective
        objective.to(self.device)
        self.parameters = [p for p in (*model.parameters(), *objective.parameters()) if p.requires_grad]
        adam = torch.optim.Adam(self.parameters, lr=setting.recipe.learning_rate, fused=True)
        self.forward, self.optimiser = accelerator.prepare(self.model, adam)
        self.step = Step(self.model, objective, setting.bank, self.device)
        self.steps_per_epoch = setting.sampler.batches_per_epoch()
        self.total_steps = setting.recipe.epochs * self.steps_per_epoch
        self.schedule = Schedule(setting.recipe, self.total_steps, self.steps_per_epoch)
        self.progress = Progress()
        self.means = RunningMeans()
        self.best: dict[str, Tensor] = {}
        self.saved_at = self.reported_at = time.monotonic()

    def run(self) -> Progress:
        """Train to the end or until validation stops improving; leaves the best weights in the model and in the folder.

        Raises:
            DivergedError: the loss is not finite.
        """
        self._resume()
        started = time.monotonic() - self.progress.seconds
        with EventLog(self.setting.folder / "events", self.progress.step) as log:
            while self.progress.epoch < self.setting.recipe.epochs and not self._exhausted():
                self._epoch(log, started)
        self.progress.seconds = time.monotonic() - started
        self.model.load_state_dict(self.best)
        return self.progress

    def _exhausted(self) -> bool:
        patience = self.setting.recipe.patience
        return patience is not None and self.progress.unimproved > patience

    def _epoch(self, log: EventLog, started: float) -> None:
        progress = self.progress
        for index, batch in enumerate(self.setting.sampler.epoch(progress.epoch)):
            if index < progress.batch:
                continue
            self._train_on(batch)
            progress.step += 1
            progress.batch = index + 1
            self._report()
            if time.monotonic() - self.saved_at >= self.setting.recipe.checkpoint_seconds:
                progress.seconds = time.monotonic() - started
                self._save()
        progress.epoch += 1
        progress.batch = 0
        self.schedule.epoch_ended()
        if progress.epoch % self.setting.recipe.validate_every == 0 or progress.epoch == self.setting.recipe.epochs:
            self._validate(log)

    def _train_on(self, batch: Batch) -> None:
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = self.schedule.rate(self.progress.step)
        with self.accelerator.autocast():
            views = self.step.views(batch, self.forward)
            figures = self.objective.auxiliary_step(views)
            total, terms = self.objective(views)
        self.optimiser.zero_grad(set_to_none=True)
        self.accelerator.backward(total)
        self.accelerator.clip_grad_norm_(self.parameters, self.setting.recipe.clip)
        self.optimiser.step()
        self.means.add({"loss": total.detach(), **terms, **figures})

    def _report(self) -> None:
        now = time.monotonic()
        if now - self.reported_at >= REPORT_SECONDS:
            self.reported_at = now
            self.setting.report(self.progress.step / self.total_steps, self.means.means().get("loss", float("nan")))

    def _validate(self, log: EventLog) -> None:
        progress = self.progress
        figures = self.means.means()
        loss = figures.pop("loss")
        if loss != loss or abs(loss) == float("inf"):
            raise DivergedError(
                f"the loss is {loss} at step {progress.step}; a smaller training.learning_rate may help"
            )
        self.means.reset()
        score = self.setting.validate(self.model)
        point = Validation(progress.step, progress.step / self.steps_per_epoch, loss, figures, score)
        progress.curve.append(point)
        log.write(point, self.schedule.rate(progress.step))
        if score > progress.best_score:
            progress.best_score, progress.best_step, progress.unimproved = score, progress.step, 0
            self.best = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        else:
            progress.unimproved += 1
            self.schedule.not_improved(progress.epoch)

    def _save(self) -> None:
        tensors = {
            **prefixed("model", self.model.state_dict()),
            **prefixed("best", self.best),
            **prefixed("adam", self._adam_state()),
            **prefixed("means", self.means.state()),
            **prefixed("random", random_state(self.device)),
        }
        for name, module in self.objective.modules().items():
            tensors |= prefixed(f"term.{name}", module.state_dict())
        for name, term in self.objective.adversarial().items():
            tensors |= prefixed(f"opponent.{name}", term.auxiliary_state())
        facts = {
            "progress": self.progress.to_facts(),
            "factor": self.schedule.factor,
            "last_halving": self.schedule.last_halving,
        }
        write_tensors(self.setting.folder / STATE_FILE, tensors, facts)
        self.saved_at = time.monotonic()

    def _resume(self) -> None:
        path = self.setting.folder / STATE_FILE
        if not path.exists():
            return
        tensors, facts = read_tensors(path)
        self.model.load_state_dict(under("model", tensors))
        self.best = {name: tensor.to(self.device) for name, tensor in under("best", tensors).items()}
        self._load_adam_state(under("adam", tensors))
        self.means.load(under("means", tensors), self.device)
        for name, module in self.objective.modules().items():
            module.load_state_dict(under(f"term.{name}", tensors))
        for name, term in self.objective.adversarial().items():
            term.load_auxiliary_state(under(f"opponent.{name}", tensors))
        self.progress = Progress.from_facts(facts["progress"])
        self.schedule.factor, self.schedule.last_halving = facts["factor"], facts["last_halving"]
        restore_random_state(under("random", tensors), self.device)

    def _adam_state(self) -> dict[str, Tensor]:
        state = self.optimiser.state_dict()["state"]
        return {f"{index}.{name}": value for index, moments in state.items() for name, value in moments.items()}

    def _load_adam_state(self, tensors: dict[str, Tensor]) -> None:
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            index, moment = name.split(".")
            moments.setdefault(int(index), {})[moment] = value
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": moments})
