"""A batch in buckets of texts of similar length, each padded to its own longest."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch.nn.functional import pad

from crossret.contracts.loss import View
from crossret.contracts.text import TokenStates
from crossret.data.sampling import Batch
from crossret.model.dual_encoder import Pooled


def buckets_of(batch: Batch, views: Sequence[View], count: int) -> tuple[Batch, list[Batch]]:
    """The batch with its shortest texts first, and it in parts of the same size, as nearly as that goes.

    Args:
        batch: as drawn.
        views: those whose texts are encoded.
        count: how many parts; fewer of a batch that has not so many samples.
    """
    samples = range(len(batch.items))
    lengths = [max((len(batch.texts[view][sample]) for view in views), default=0) for sample in samples]
    ordered = batch.taken(np.argsort(lengths, kind="stable"))
    ends = np.linspace(0, len(lengths), min(count, len(lengths)) + 1).round().astype(int).tolist()
    return ordered, [ordered.part(start, stop) for start, stop in itertools.pairwise(ends)]


def together(parts: Sequence[Pooled]) -> Pooled:
    """All parts of a batch, with their graphs."""
    vectors = {view: torch.cat([part.vectors[view] for part in parts]) for view in parts[0].vectors}
    return Pooled(vectors, StatesTogether([part.states for part in parts]))


def joined(parts: Sequence[TokenStates], longest: int) -> TokenStates:
    """Token states of several parts, padded to so many tokens."""
    states = torch.cat([pad(part.states, (0, 0, 0, longest - part.states.shape[1])) for part in parts])
    return TokenStates(states, torch.cat([pad(part.mask, (0, longest - part.mask.shape[1])) for part in parts]))


class StatesTogether(Mapping[View, TokenStates]):
    """Token states of all parts, joined when a term reads them."""

    def __init__(self, parts: Sequence[Mapping[View, TokenStates]]) -> None:
        self._parts = parts
        self._read: dict[View, TokenStates] = {}

    def __getitem__(self, view: View) -> TokenStates:
        if view not in self._read:
            parts = [part[view] for part in self._parts]
            self._read[view] = joined(parts, max(part.mask.shape[1] for part in parts))
        return self._read[view]

    def __iter__(self) -> Iterator[View]:
        return iter(self._parts[0])

    def __len__(self) -> int:
        return len(self._parts[0])
