"""The loop: accelerate for device and precision, validation, selection, early stopping."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from accelerate import Accelerator

from crossret.data.sampling import Batch, Sampler
from crossret.errors import CrossretError
from crossret.makers import maker_of
from crossret.model.dual_encoder import DualEncoder
from crossret.model.trained_weights import load_trained_state, trained_state
from crossret.objective.objective import Objective
from crossret.recipe.models import TrainingRecipe
from crossret.training.batching import Batching, InBuckets, ViewsTogether
from crossret.training.event_log import EventLog, NoLog
from crossret.training.gradients import Gradients
from crossret.training.layers import prepare_layers
from crossret.training.progress import Progress, Validation
from crossret.training.resume import STATE_FILE, TrainingState
from crossret.training.schedule import Schedule
from crossret.training.sharing import ALONE, Sharing
from crossret.training.step import InputBank, Step

REPORT_SECONDS = 0.5


class DivergedError(CrossretError):
    """The loss is no number any more."""


@dataclass(frozen=True)
class Setting:
    """What a training needs besides the model.

    Attributes:
        validate: scores the model; higher is better.
        report: called now and then with the share done and the current loss.
        batching: how the sentences of a batch reach the model.
        sharing: the processes that train the model; each has the same setting, but only the first validates, writes
            and reports.
    """

    recipe: TrainingRecipe
    sampler: Sampler
    bank: InputBank
    validate: Callable[[DualEncoder], float]
    report: Callable[[float, float], None]
    folder: Path
    batching: Batching = field(default_factory=ViewsTogether)
    sharing: Sharing = ALONE


class Trainer:
    """Trains one model in one folder; a second trainer in the same folder continues where the first was stopped."""

    def __init__(self, model: DualEncoder, objective: Objective, setting: Setting, accelerator: Accelerator) -> None:
        self.setting = setting
        self.sharing = setting.sharing
        self.accelerator = accelerator
        device = accelerator.device
        self.model = model.to(device)
        prepare_layers(model, setting.recipe)
        self.objective = objective
        objective.to(device)
        self.parameters = [p for p in (*model.parameters(), *objective.parameters()) if p.requires_grad]
        adam = torch.optim.Adam(self.parameters, lr=setting.recipe.learning_rate, fused=True)
        # As for evaluation: gradients are added up here, by `sharing`, and not by a wrapper.
        self.forward = accelerator.prepare_model(self.model, evaluation_mode=True)
        self.optimiser = accelerator.prepare_optimizer(adam)
        buckets = setting.recipe.length_buckets
        batching = InBuckets(buckets) if buckets > 1 else setting.batching
        self.step = Step(self.model, objective, setting.bank, device, batching)
        self.gradients = Gradients(
            self.step,
            self.forward,
            accelerator,
            self.optimiser,
            self.parameters,
            setting.recipe.micro_batch,
            self.sharing,
        )
        self.steps_per_epoch = setting.sampler.batches_per_epoch()
        self.total_steps = setting.recipe.epochs * self.steps_per_epoch
        schedule = Schedule(setting.recipe, self.total_steps, self.steps_per_epoch)
        self.state = TrainingState(self.model, objective, self.optimiser, schedule, device, accelerator.scaler)
        self.saved_at = self.reported_at = time.monotonic()

    def run(self) -> Progress:
        """Train to the end or until validation stops improving; leaves the best weights in the model.

        Raises:
            DivergedError: the loss is not finite.
            DataError: the folder holds a state that is damaged.
        """
        if self.sharing.of_first(lambda: float(self.state_file.exists())):
            self.sharing.each(lambda: self.state.load(self.state_file))
        progress = self.state.progress
        started = time.monotonic() - progress.seconds
        with self._log() as log:
            while progress.epoch < self.setting.recipe.epochs and not self._exhausted():
                self._epoch(log, started)
        progress.seconds = time.monotonic() - started
        load_trained_state(self.model, self.state.best)
        return progress

    @property
    def state_file(self) -> Path:
        """Where the resumable state lies."""
        return self.setting.folder / STATE_FILE

    def _log(self) -> EventLog | NoLog:
        return EventLog(self.setting.folder / "events", self.state.progress.step) if self.first else NoLog()

    @property
    def first(self) -> bool:
        """Whether this process validates, writes and reports."""
        return self.sharing.rank == 0

    def _exhausted(self) -> bool:
        patience = self.setting.recipe.patience
        return patience is not None and self.state.progress.unimproved > patience

    def _epoch(self, log: EventLog | NoLog, started: float) -> None:
        progress = self.state.progress
        for index, batch in enumerate(self.setting.sampler.epoch(progress.epoch)):
            if index < progress.batch:
                continue
            self._train_on(batch)
            progress.step += 1
            progress.batch = index + 1
            if not self.first:
                continue
            self._report()
            if time.monotonic() - self.saved_at >= self.setting.recipe.checkpoint_seconds:
                progress.seconds = time.monotonic() - started
                self.state.save(self.state_file)
                self.saved_at = time.monotonic()
        progress.epoch += 1
        progress.batch = 0
        self.state.schedule.epoch_ended()
        if progress.epoch % self.setting.recipe.validate_every == 0 or progress.epoch == self.setting.recipe.epochs:
            self._validate(log)

    def _train_on(self, batch: Batch) -> None:
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = self.state.schedule.rate(self.state.progress.step)
        figures = self.gradients(batch)
        self.accelerator.clip_grad_norm_(self.parameters, self.setting.recipe.clip)
        self.optimiser.step()
        self.state.means.add(figures)

    def _report(self) -> None:
        now = time.monotonic()
        if now - self.reported_at >= REPORT_SECONDS:
            self.reported_at = now
            loss = self._finite(self.state.means.means()["loss"])
            self.setting.report(self.state.progress.step / self.total_steps, loss)

    def _finite(self, loss: float) -> float:
        if math.isfinite(loss):
            return loss
        first = set(self.state.means.first_unfinite()) & set(self.objective.terms)
        # Where all terms are, what they read is no number.
        told = first if len(first) < len(self.objective.terms) else ()
        made = [f"term {name!r}, {maker_of(self.objective.terms[name])}, was the first" for name in sorted(told)]
        said = "; ".join([*made, "a smaller training.learning_rate may help"])
        raise DivergedError(f"the loss is {loss} at step {self.state.progress.step}; {said}")

    def _validate(self, log: EventLog | NoLog) -> None:
        state, progress = self.state, self.state.progress
        figures = state.means.means()
        loss = self._finite(figures.pop("loss"))
        state.means.reset()
        score = self.sharing.of_first(lambda: self.setting.validate(self.model))
        if self.sharing.size > 1:
            self._align()
        point = Validation(progress.step, progress.step / self.steps_per_epoch, loss, figures, score)
        progress.curve.append(point)
        log.write(point, state.schedule.rate(progress.step))
        if score > progress.best_score:
            progress.best_score, progress.best_step, progress.unimproved = score, progress.step, 0
            state.best = {name: tensor.clone() for name, tensor in trained_state(self.model).items()}
        else:
            progress.unimproved += 1
            state.schedule.not_improved(progress.epoch)

    def _align(self) -> None:
        """Sums on a GPU differ in their last digits: what no gradients keep alike is made alike now and then."""
        opponents = {name: dict(term.auxiliary_state()) for name, term in self.objective.adversarial().items()}
        tensors = [tensor for state in opponents.values() for tensor in state.values()]
        self.sharing.align([*self.model.buffers(), *tensors])
        for name, term in self.objective.adversarial().items():
            term.load_auxiliary_state(opponents[name])
