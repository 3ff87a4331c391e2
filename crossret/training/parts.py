"""Gradients of a batch from a few of its samples at a time: gradient caching.

Gao et al., "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup" (RepL4NLP 2021). What a sample
needs no other for (encoder, projection, attention, pooling) is computed part by part and without a graph; heads and
objective see the whole batch; their gradients are handed on part by part, each computed again, now with a graph. Heads
count to the whole: they have batch statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.nn.functional import pad

from crossret.contracts.loss import View, Views
from crossret.contracts.text import TokenStates
from crossret.data.sampling import Batch
from crossret.model.dual_encoder import Pooled, TextBatch
from crossret.training.seeds import random_state, restore_random_state
from crossret.training.step import Step

Judge = Callable[[Views], tuple[Tensor, dict[str, Tensor]]]
"""Views of a batch → the loss, and what to log."""


class JoinedStates(Mapping[View, TokenStates]):
    """Token states of all parts, joined when a term reads them.

    Attributes:
        read: those that were.
    """

    def __init__(self, parts: Sequence[Mapping[View, TokenStates]]) -> None:
        self._parts = parts
        self.read: dict[View, TokenStates] = {}

    def __getitem__(self, view: View) -> TokenStates:
        if view not in self.read:
            self.read[view] = _joined([part[view] for part in self._parts])
        return self.read[view]

    def __iter__(self) -> Iterator[View]:
        return iter(self._parts[0])

    def __len__(self) -> int:
        return len(self._parts[0])


def _joined(parts: Sequence[TokenStates]) -> TokenStates:
    longest = max(part.mask.shape[1] for part in parts)
    states = torch.cat([pad(part.states, (0, 0, 0, longest - part.states.shape[1])) for part in parts])
    mask = torch.cat([pad(part.mask, (0, longest - part.mask.shape[1])) for part in parts])
    return TokenStates(states.requires_grad_(), mask)


@dataclass(frozen=True)
class Part:
    """Some samples of a batch, and what their random numbers follow from."""

    samples: Batch
    texts: tuple[TextBatch, ...]
    seed: int


@dataclass(frozen=True)
class InParts:
    """Computes the gradients of a step with the graph of one part at a time.

    Attributes:
        size: samples of a part.
    """

    step: Step
    accelerator: Accelerator
    size: int

    def __call__(self, batch: Batch, judge: Judge) -> dict[str, Tensor]:
        """Add the gradients of the loss to those of the parameters; returns what to log."""
        device, model = self.step.device, self.step.model
        parts = self._parts(batch)
        before = random_state(device)
        with torch.no_grad():
            pooled = [self._pooled(part) for part in parts]
        restore_random_state(before, device)
        vectors = {
            view: torch.cat([part.vectors[view] for part in pooled]).requires_grad_() for view in pooled[0].vectors
        }
        states = JoinedStates([part.states for part in pooled])
        del pooled
        with self.accelerator.autocast():
            views = model.views_of(Pooled(vectors, states), self.step.labels(batch))
            total, figures = judge(views)
        self.accelerator.backward(total)
        after = random_state(device)
        gradients = _gradients(vectors, states.read)
        start = 0
        for part in parts:
            self._hand_on(part, {view: rows[start : start + self.size] for view, rows in gradients.items()})
            start += self.size
        restore_random_state(after, device)
        return figures

    def _parts(self, batch: Batch) -> list[Part]:
        samples = [batch.part(start, start + self.size) for start in range(0, len(batch.items), self.size)]
        seeds = torch.randint(2**62, (len(samples),)).tolist()
        return [Part(part, tuple(self.step.texts(part)), seed) for part, seed in zip(samples, seeds, strict=True)]

    def _pooled(self, part: Part) -> Pooled:
        # The same numbers whether the graph is kept or not.
        torch.manual_seed(part.seed)
        with self.accelerator.autocast():
            return self.step.model.pool(self.step.bank.take(part.samples.items), part.texts, self.step.objective.views)

    def _hand_on(self, part: Part, gradients: Mapping[str, Tensor]) -> None:
        again = self._pooled(part)
        outputs = _outputs(again.vectors, again.states)
        kept = [name for name in gradients if outputs[name].requires_grad]
        # States of a part are as long as its longest text.
        cut = [gradients[name][:, : outputs[name].shape[1]] for name in kept]
        if kept:
            torch.autograd.backward([outputs[name] for name in kept], cut)


def _outputs(vectors: Mapping[View, Tensor], states: Mapping[View, TokenStates]) -> dict[str, Tensor]:
    return {f"vectors of {view}": rows for view, rows in vectors.items()} | {
        f"states of {view}": found.states for view, found in states.items()
    }


def _gradients(vectors: Mapping[View, Tensor], states: Mapping[View, TokenStates]) -> dict[str, Tensor]:
    found = {name: leaf.grad for name, leaf in _outputs(vectors, states).items()}
    return {name: gradient for name, gradient in found.items() if gradient is not None}


def batch_statistics(model: nn.Module, heads: Sequence[nn.Module]) -> str | None:
    """The first module outside of the heads that has statistics of the batch, if there is any; as it trains now."""
    inside = {module for head in heads for module in head.modules()}
    for name, module in model.named_modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.training and module not in inside:
            return str(name)
    return None
