"""Learning rates as plain functions of progress (method section 1.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from crossret.recipe.models import TrainingRecipe

# The published code halves the rate only if more than this many epochs passed since it last did.
EPOCHS_BETWEEN_HALVINGS = 2


@dataclass
class Schedule:
    """The learning rate of each step.

    Attributes:
        total_steps: planned steps.
        steps_per_epoch: to count epochs from steps.
        factor: what the plateau schedule has shrunk the rate to so far.
        last_halving: epoch of the last halving.
    """

    recipe: TrainingRecipe
    total_steps: int
    steps_per_epoch: int
    factor: float = 1.0
    last_halving: int = field(default=0)

    def rate(self, step: int) -> float:
        """Learning rate of step ``step``, counted from 0."""
        rising = self.recipe.warmup * self.total_steps
        rate = self.recipe.learning_rate * min(1.0, (step + 1) / rising if rising else 1.0)
        if self.recipe.schedule == "plateau":
            return rate * self.factor
        after = max(0.0, (step - rising) / max(1.0, self.total_steps - rising))
        return rate * 0.5 * (1 + math.cos(math.pi * min(1.0, after)))

    def epoch_ended(self) -> None:
        """The plateau schedule decays a little every epoch."""
        self.factor *= self.recipe.decay

    def not_improved(self, epoch: int) -> None:
        """Halve the plateau schedule's rate, unless it was halved just before."""
        if epoch - self.last_halving > EPOCHS_BETWEEN_HALVINGS:
            self.factor *= 0.5
            self.last_halving = epoch
