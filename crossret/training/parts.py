"""Gradients of a batch from a few of its samples at a time: gradient caching.

Gao et al., "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup" (RepL4NLP 2021). What a sample
needs no other for (encoder, projection, attention, pooling) is computed part by part and without a graph; heads and
objective see the whole batch; their gradients are handed on part by part, each computed again, now with a graph. Heads
count to the whole: they have batch statistics.

Parts may belong to several processes: each computes its own, and the vectors of all go to every one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from crossret.contracts.loss import View, Views
from crossret.contracts.text import TokenStates
from crossret.data.sampling import Batch
from crossret.model.dual_encoder import Pooled, TextBatch
from crossret.training.buckets import joined
from crossret.training.seeds import random_state, restore_random_state
from crossret.training.sharing import Sharing, share
from crossret.training.step import Step

Judge = Callable[[Views], tuple[Tensor, dict[str, Tensor]]]
"""Views of a batch → the loss, and what to log."""


class JoinedStates(Mapping[View, TokenStates]):
    """Token states of all parts of all processes, joined when a term reads them.

    Attributes:
        read: those that were.
    """

    def __init__(self, parts: Sequence[Mapping[View, TokenStates]], sharing: Sharing, count: int) -> None:
        self._parts = parts
        self._sharing = sharing
        self._count = count
        self.read: dict[View, TokenStates] = {}

    def __getitem__(self, view: View) -> TokenStates:
        if view not in self.read:
            parts = [part[view] for part in self._parts]
            longest = self._sharing.longest(max(part.mask.shape[1] for part in parts))
            own = self._sharing.each(lambda: joined([_detached(part) for part in parts], longest))
            found = self._sharing.joined({"states": own.states, "mask": own.mask}, self._count)
            self.read[view] = TokenStates(found["states"].requires_grad_(), found["mask"])
        return self.read[view]

    def __iter__(self) -> Iterator[View]:
        return iter(self._parts[0])

    def __len__(self) -> int:
        return len(self._parts[0])


def _detached(part: TokenStates) -> TokenStates:
    return TokenStates(part.states.detach(), part.mask)


@dataclass(frozen=True)
class Part:
    """Some samples of a batch, and what their random numbers follow from.

    Attributes:
        place: where they are in the batch.
    """

    place: slice
    samples: Batch
    texts: tuple[TextBatch, ...]
    seed: int


@dataclass(frozen=True)
class InParts:
    """Computes the gradients of a step with the graph of one part at a time.

    Attributes:
        size: samples of a part; ``None``: all that this process has.
        parameters: all that get gradients.
    """

    step: Step
    accelerator: Accelerator
    size: int | None
    sharing: Sharing
    parameters: Sequence[Tensor]

    def __call__(self, batch: Batch, judge: Judge) -> dict[str, Tensor]:
        """Leave the gradients of the loss in the parameters, which have none; returns what to log."""
        device, count, each = self.step.device, len(batch.items), self.sharing.each
        places = self._places(count)
        before = random_state(device)
        parts = each(lambda: [self._part(batch, place, seed) for place, seed in places])
        pooled = each(partial(self._pooled_parts, parts))
        restore_random_state(before, device)
        vectors = self.sharing.joined(each(partial(_vectors, pooled)), count)
        for rows in vectors.values():
            rows.requires_grad_()
        states = JoinedStates([part.states for part in pooled], self.sharing, count)
        figures = each(partial(self._judged, Pooled(vectors, states), batch, judge))
        self.sharing.divide(self.parameters)
        after = random_state(device)
        gradients = _gradients(vectors, states.read)
        # One part alone has kept its graph.
        kept = pooled if len(parts) == 1 else []
        del pooled, states
        each(partial(self._hand_on, parts, kept, gradients))
        restore_random_state(after, device)
        self.sharing.add_up(self.parameters)
        return figures

    def _judged(self, pooled: Pooled, batch: Batch, judge: Judge) -> dict[str, Tensor]:
        with self.accelerator.autocast():
            total, figures = judge(self.step.model.views_of(pooled, self.step.labels(batch)))
        self.accelerator.backward(total)
        return figures

    def _places(self, count: int) -> list[tuple[slice, int]]:
        """Parts and seeds of this process; those of all are drawn, so that every process goes on with the same."""
        size = self.sharing.size
        places = [_cut(share(count, rank, size), self.size) for rank in range(size)]
        seeds = iter(torch.randint(2**62, (sum(map(len, places)),)).tolist())
        return [[(place, next(seeds)) for place in own] for own in places][self.sharing.rank]

    def _part(self, batch: Batch, place: slice, seed: int) -> Part:
        samples = batch.part(place.start, place.stop)
        return Part(place, samples, tuple(self.step.texts(samples)), seed)

    def _pooled_parts(self, parts: Sequence[Part]) -> list[Pooled]:
        with torch.set_grad_enabled(len(parts) == 1):
            return [self._pooled(part) for part in parts]

    def _pooled(self, part: Part) -> Pooled:
        # The same numbers whether the graph is kept or not.
        torch.manual_seed(part.seed)
        with self.accelerator.autocast():
            return self.step.model.pool(self.step.bank.take(part.samples.items), part.texts, self.step.objective.views)

    def _hand_on(self, parts: Sequence[Part], kept: Sequence[Pooled], gradients: Mapping[str, Tensor]) -> None:
        for number, part in enumerate(parts):
            pooled = kept[number] if kept else self._pooled(part)
            outputs = _outputs(pooled.vectors, pooled.states)
            reached = [name for name in gradients if outputs[name].requires_grad]
            # States of a part are as long as its longest text.
            cut = [gradients[name][part.place, : outputs[name].shape[1]] for name in reached]
            if reached:
                torch.autograd.backward([outputs[name] for name in reached], cut)


def _cut(samples: range, size: int | None) -> list[slice]:
    """A share of a batch in parts of so many samples."""
    step = size or len(samples)
    return [slice(start, min(start + step, samples.stop)) for start in range(samples.start, samples.stop, step)]


def _vectors(pooled: Sequence[Pooled]) -> dict[View, Tensor]:
    return {view: torch.cat([part.vectors[view].detach() for part in pooled]) for view in pooled[0].vectors}


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
