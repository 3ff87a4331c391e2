"""Gradients of one step, with as many samples in memory at once as were asked for, or as fit."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from crossret.contracts.loss import Views
from crossret.data.sampling import Batch
from crossret.errors import CrossretError, UsageError
from crossret.objective.objective import Objective
from crossret.training.parts import InParts, batch_statistics
from crossret.training.step import Step

log = logging.getLogger(__name__)


class Judgement:
    """Opponents make their step, then the objective judges the views; asked again, opponents do not move again."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._moved: dict[str, Tensor] | None = None

    def __call__(self, views: Views) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss, and detached scalars to log."""
        if self._moved is None:
            self._moved = self._objective.auxiliary_step(views)
        total, terms = self._objective(views)
        return total, {"loss": total.detach(), **terms, **self._moved}


@dataclass
class Gradients:
    """Computes the gradients of every step of a training.

    Attributes:
        forward: the model, possibly wrapped.
        at_once: samples whose graph is in memory at once; ``None``: those of the whole batch. Halved when the device
            runs out of memory.
    """

    step: Step
    forward: nn.Module
    accelerator: Accelerator
    optimiser: torch.optim.Optimizer
    at_once: int | None

    def __call__(self, batch: Batch) -> dict[str, Tensor]:
        """Leave the gradients of a batch in the parameters; returns detached scalars to log.

        Raises:
            UsageError: parts were asked for, but the model has statistics of the batch below its heads.
            CrossretError: the device has no memory for this batch, however it is cut.
        """
        judge = Judgement(self.step.objective)
        while True:
            self.optimiser.zero_grad(set_to_none=True)
            try:
                return self._of_whole(batch, judge) if self.at_once is None else self._of_parts(batch, judge)
            except torch.OutOfMemoryError as error:
                reason = str(error).split(". ")[0]
            # Outside of the handler: until it ends, the traceback keeps the graph alive.
            self._halve(len(batch.items), reason)

    def _of_whole(self, batch: Batch, judge: Judgement) -> dict[str, Tensor]:
        with self.accelerator.autocast():
            total, figures = judge(self.step.views(batch, self.forward))
        self.accelerator.backward(total)
        return figures

    def _of_parts(self, batch: Batch, judge: Judgement) -> dict[str, Tensor]:
        assert self.at_once is not None
        obstacle = self._obstacle()
        if obstacle:
            raise UsageError(f"training.micro_batch: {obstacle}; leave it out, or make training.batch_size smaller")
        return InParts(self.step, self.accelerator, self.at_once)(batch, judge)

    def _obstacle(self) -> str:
        """Why this model's batches cannot be cut; empty if they can."""
        model = self.step.model
        if model.text.sequence.padding.reads_padding:
            return "in reference mode a text's embedding depends on the longest text of its batch"
        module = batch_statistics(model, (model.visual.head, model.text.head))
        return f"{module} has statistics of the whole batch" if module else ""

    def _halve(self, count: int, reason: str) -> None:
        tried = min(self.at_once or count, count)
        obstacle = self._obstacle()
        if tried == 1 or obstacle:
            why = obstacle or "one sample at a time is too much"
            raise CrossretError(f"out of memory with {count} samples a batch ({reason}), and {why}")
        self.at_once = (tried + 1) // 2
        log.warning("out of memory (%s): training.micro_batch is now %d of %d samples", reason, self.at_once, count)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
