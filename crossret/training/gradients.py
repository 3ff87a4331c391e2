"""Gradients of one step, with as many samples in memory at once as were asked for, or as fit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from crossret.contracts.loss import Views
from crossret.data.sampling import Batch
from crossret.errors import CrossretError, UsageError
from crossret.objective.objective import Objective
from crossret.training.parts import InParts, batch_statistics
from crossret.training.sharing import Sharing, share
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
        parameters: all that train.
        at_once: samples whose graph is in memory of one process at once; ``None``: all that it has of a batch. Halved
            in all processes when the device of one runs out of memory.
        sharing: the processes that train the model.
    """

    step: Step
    forward: nn.Module
    accelerator: Accelerator
    optimiser: torch.optim.Optimizer
    parameters: Sequence[Tensor]
    at_once: int | None
    sharing: Sharing

    def __call__(self, batch: Batch) -> dict[str, Tensor]:
        """Leave the gradients of a batch in the parameters; returns detached scalars to log.

        Raises:
            UsageError: parts or several processes were asked for, but what is below the model's heads reads the whole
                batch.
            CrossretError: the device has no memory for this batch, however it is cut.
        """
        judge = Judgement(self.step.objective)
        while True:
            self.optimiser.zero_grad(set_to_none=True)
            try:
                whole = self.at_once is None and self.sharing.size == 1
                return self._of_whole(batch, judge) if whole else self._of_parts(batch, judge)
            except torch.OutOfMemoryError as error:
                reason = str(error).split(". ")[0]
            # Outside of the handler: until it ends, the traceback keeps the graph alive.
            self._halve(len(share(len(batch.items), self.sharing.size - 1, self.sharing.size)), reason)
            # Where it went well, other random numbers may have been drawn by then.
            self.sharing.align(())

    def _of_whole(self, batch: Batch, judge: Judgement) -> dict[str, Tensor]:
        obstacle = self._obstacle() if self.step.batching.buckets > 1 else ""
        if obstacle:
            raise UsageError(f"training.length_buckets: {obstacle}; leave it out")
        with self.accelerator.autocast():
            total, figures = judge(self.step.views(batch, self.forward))
        self.accelerator.backward(total)
        return figures

    def _of_parts(self, batch: Batch, judge: Judgement) -> dict[str, Tensor]:
        obstacle = self._obstacle()
        if self.step.batching.buckets > 1 and self.sharing.size > 1:
            raise UsageError(f"training.length_buckets: {self.sharing.size} processes train this model; leave it out")
        if obstacle and self.sharing.size > 1:
            raise UsageError(f"{self.sharing.size} processes: {obstacle}; train this model with one")
        if obstacle:
            raise UsageError(f"training.micro_batch: {obstacle}; leave it out, or make training.batch_size smaller")
        return InParts(self.step, self.accelerator, self.at_once, self.sharing, self.parameters)(batch, judge)

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
            share_of = "batch" if self.sharing.size == 1 else "process"
            raise CrossretError(f"out of memory with {count} samples a {share_of} ({reason}), and {why}")
        self.at_once = (tried + 1) // 2
        if self.sharing.rank == 0:
            log.warning("out of memory (%s): training.micro_batch is now %d of %d samples", reason, self.at_once, count)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
