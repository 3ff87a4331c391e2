"""The resumable state of a training: everything that the next step depends on, in one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate.optimizer import AcceleratedOptimizer
from torch import Tensor

from crossret.contracts.optimiser_state import load_optimiser_tensors, optimiser_tensors
from crossret.errors import DataError
from crossret.model.dual_encoder import DualEncoder
from crossret.model.trained_weights import load_trained_state, trained_state
from crossret.objective.objective import Objective
from crossret.training.progress import Progress
from crossret.training.running_means import RunningMeans
from crossret.training.schedule import Schedule
from crossret.training.seeds import random_state, restore_random_state
from crossret.training.tensor_files import prefixed, read_tensors, under, write_tensors

STATE_FILE = "state.safetensors"


@dataclass
class TrainingState:
    """What changes while a model trains.

    Attributes:
        scaler: of the gradients, in half precision.
        best: what training changes, as of the best validation so far; empty before the first.
    """

    model: DualEncoder
    objective: Objective
    optimiser: AcceleratedOptimizer
    schedule: Schedule
    device: torch.device
    scaler: torch.amp.GradScaler | None = None
    progress: Progress = field(default_factory=Progress)
    means: RunningMeans = field(default_factory=RunningMeans)
    best: dict[str, Tensor] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write everything atomically."""
        tensors = {
            **prefixed("model", trained_state(self.model)),
            **prefixed("best", self.best),
            **prefixed("adam", optimiser_tensors(self.optimiser)),
            **prefixed("means", self.means.state()),
            **prefixed("random", random_state(self.device)),
        }
        for name, module in self.objective.modules().items():
            tensors |= prefixed(f"term.{name}", module.state_dict())
        for name, term in self.objective.adversarial().items():
            tensors |= prefixed(f"opponent.{name}", term.auxiliary_state())
        facts = {
            "text_encoder": self.model.text.encoder.fingerprint(),
            "progress": self.progress.to_facts(),
            "factor": self.schedule.factor,
            "last_halving": self.schedule.last_halving,
            "scaler": self.scaler.state_dict() if self.scaler else {},
        }
        write_tensors(path, tensors, facts)

    def load(self, path: Path) -> None:
        """Continue from :meth:`save`.

        Raises:
            DataError: the file is missing or damaged, or belongs to another model.
        """
        if not path.exists():
            raise DataError(f"{path}: missing here, but another process goes on from it; all need the same folder")
        try:
            self._take(*read_tensors(path))
        except DataError as error:
            raise DataError(f"{error}; delete it to start over") from error
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise DataError(
                f"{path}: not the state of this training ({type(error).__name__}: {reason}); delete it to start over"
            ) from error

    def _take(self, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
        stored, found = facts["text_encoder"], self.model.text.encoder.fingerprint()
        if stored != found:
            raise ValueError(f"its text encoder has the fingerprint {stored}, found {found}")
        load_trained_state(self.model, under("model", tensors))
        self.best = {name: tensor.to(self.device) for name, tensor in under("best", tensors).items()}
        load_optimiser_tensors(self.optimiser, under("adam", tensors))
        self.means.load(under("means", tensors), self.device)
        for name, module in self.objective.modules().items():
            module.load_state_dict(under(f"term.{name}", tensors))
        for name, term in self.objective.adversarial().items():
            term.load_auxiliary_state(under(f"opponent.{name}", tensors))
        self.progress = Progress.from_facts(facts["progress"])
        self.schedule.factor, self.schedule.last_halving = facts["factor"], facts["last_halving"]
        if self.scaler:
            self.scaler.load_state_dict(facts["scaler"])
        restore_random_state(under("random", tensors), self.device)
