"""Ranks by counting how many gallery entries are ahead of each positive, tile by tile.

A tile's scores are approximate. An entry further from a positive than the margin is decided by them; one that is
nearer is scored exactly, like the positive itself. So ranks depend neither on tiles nor on their precision.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from crossret.retrieval.approximation import PairScores
from crossret.retrieval.relevance import IntArray

COMPARED_AT_ONCE = 1 << 22
"""Most comparisons in one block, whatever the budget: larger temporaries leave the CPU's caches and halve the speed,
much smaller ones leave a GPU waiting for launches."""

SPARSE = 1 / 16
"""Up to this share of a tile above the lowest positives, entries are looked at one by one."""


def ahead(scores: Tensor, positive: Tensor, gallery: Tensor, own: Tensor) -> Tensor:
    """The tie rule: which gallery entries are ranked before a positive.

    Those scored strictly higher, and those scored equal that stand at a lower gallery index. The
    other arguments broadcast to the shape of the scores.

    Args:
        scores: scores of the gallery entries.
        positive: score of the positive.
        gallery: gallery indices of the entries.
        own: gallery index of the positive.

    Returns:
        Booleans of the shape of the scores.
    """
    before = scores == positive
    before &= gallery < own
    before |= scores > positive
    return before


@dataclass(frozen=True, eq=False)
class Pairs:
    """The positive pairs in one direction, sorted by query and then by score.

    Attributes:
        order: position of the sorted pairs in the relevance, ``(P,)``.
        queries: query index of the sorted pairs, ``(P,)``, kept on the CPU to find runs without a device sync.
        row: the same on the device.
        own: gallery index of the positive, ``(P,)``.
        exact: score of the positive, ``(P,)``.
        low: what an approximate score must exceed to be in doubt, ``(P,)`` float32.
        high: what it must exceed to be ahead for certain, ``(P,)`` float32.
        first: where the pairs of each query begin, and the end, ``(Q + 1,)``.
        floor: the ``low`` of each query's lowest positive, ``(Q,)``; infinite for one without positives.
    """

    order: npt.NDArray[np.intp]
    queries: IntArray
    row: Tensor
    own: Tensor
    exact: Tensor
    low: Tensor
    high: Tensor
    first: Tensor
    floor: Tensor

    @classmethod
    def of(cls, queries: IntArray, own: IntArray, exact: Tensor, margins: Tensor) -> Pairs:
        """Sort pairs.

        Args:
            queries: query index of every pair, ``(P,)``.
            own: gallery index of its positive, ``(P,)``.
            exact: its score, ``(P,)``.
            margins: per query, how far an approximate score may be from the exact one, ``(Q,)``.
        """
        device = exact.device
        order = np.lexsort((exact.cpu().numpy(), queries))
        exact = exact[torch.as_tensor(order, device=device)]
        row = torch.as_tensor(queries[order], device=device)
        first = np.searchsorted(queries[order], np.arange(len(margins) + 1))
        # Outwards to the next number: a threshold itself is in doubt, and the cast may have rounded inwards.
        low, high = (
            torch.nextafter((exact + side * margins[row]).to(torch.float32), margins.new_tensor(side * torch.inf))
            for side in (-1, 1)
        )
        floor = torch.full((len(margins),), torch.inf, device=device)
        asked = torch.as_tensor(np.flatnonzero(np.diff(first)), device=device)
        starts = torch.as_tensor(first, device=device)
        floor[asked] = low[starts[asked]]
        own_index = torch.as_tensor(own[order], device=device)
        return cls(order, queries[order], row, own_index, exact, low, high, starts, floor)


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts so far in one direction.

    Attributes:
        scores: exact scores of query and gallery indices.
        cells: most comparisons the memory budget allows at once.
        at_once: doubts are settled when there are so many.
        counts: gallery entries found ahead of the sorted pairs, ``(P,)``.
        steps: the same as differences between neighbouring pairs of one query, ``(P + 1,)``.
        doubts: pairs and gallery entries that wait for their exact score.
        settled: how many had to.
    """

    pairs: Pairs
    scores: PairScores
    cells: int
    at_once: int
    counts: Tensor
    steps: Tensor
    doubts: list[tuple[Tensor, Tensor]] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)

    @classmethod
    def start(cls, pairs: Pairs, scores: PairScores, cells: int, at_once: int) -> Tally:
        """Nothing counted yet."""
        counts = torch.zeros(len(pairs.order), dtype=torch.int64, device=pairs.row.device)
        return cls(pairs, scores, cells, at_once, counts, torch.zeros_like(torch.nn.functional.pad(counts, (0, 1))))

    def add(self, tile: Tensor, queries: slice, gallery: slice) -> None:
        """Count a tile of approximate scores, shape ``(queries, gallery)``."""
        above = tile > self.pairs.floor[queries].unsqueeze(1)
        if int(torch.count_nonzero(above)) <= SPARSE * tile.numel():
            row, column = _places(above)
            self._add_entries(row + queries.start, column + gallery.start, tile[row, column])
        else:
            del above
            self._add_blocks(tile, queries, gallery)
        if sum(len(pair) for pair, _ in self.doubts) >= self.at_once:
            self._settle()

    def ranks(self) -> IntArray:
        """1 + counts in the order of the relevance, ``(P,)``."""
        self._settle()
        counts = self.counts + self.steps.cumsum(0)[:-1]
        ranks = np.empty(len(self.pairs.order), dtype=np.int64)
        ranks[self.pairs.order] = counts.cpu().numpy() + 1
        return ranks

    def _add_entries(self, query: Tensor, index: Tensor, score: Tensor) -> None:
        """Entries one by one: a lookup among the sorted positives of their query."""
        first, end = self.pairs.first[query], self.pairs.first[query + 1]
        certain, possible = _below(self.pairs.high, first, end, score), _below(self.pairs.low, first, end, score)
        ones = torch.ones_like(first)
        self.steps.index_add_(0, first, ones).index_add_(0, certain, ones, alpha=-1)
        near = possible - certain
        pair = torch.repeat_interleave(near)
        # Counts 0, 1, … within each entry's run of near positives, on top of the first of them.
        within = torch.arange(len(pair), device=pair.device) - (near.cumsum(0) - near)[pair]
        self._doubt(certain[pair] + within, index[pair])

    def _add_blocks(self, tile: Tensor, queries: slice, gallery: slice) -> None:
        """Every entry against every positive of its query."""
        first, last = np.searchsorted(self.pairs.queries, [queries.start, queries.stop])
        step = max(1, min(self.cells, COMPARED_AT_ONCE) // tile.shape[1])
        rows = tile.contiguous()
        for start in range(int(first), int(last), step):
            run = slice(start, min(start + step, int(last)))
            block = rows.index_select(0, self.pairs.row[run] - queries.start)
            certain = block > self.pairs.high[run].unsqueeze(1)
            # An int32 sum is twice as fast as the default int64 one, and no tile is 2**31 wide.
            self.counts[run] += certain.sum(dim=1, dtype=torch.int32)
            pair, column = _places((block > self.pairs.low[run].unsqueeze(1)).logical_xor_(certain))
            self._doubt(pair + run.start, column + gallery.start)

    def _doubt(self, pair: Tensor, index: Tensor) -> None:
        """Remember what only exact scores can tell; a positive is never ahead of itself."""
        other = index != self.pairs.own[pair]
        if bool(other.any()):
            self.doubts.append((pair[other], index[other]))

    def _settle(self) -> None:
        if not self.doubts:
            return
        pair, index = (torch.cat(parts) for parts in zip(*self.doubts, strict=True))
        self.doubts.clear()
        self.settled.append(len(pair))
        scores = self.scores(self.pairs.row[pair], index)
        before = ahead(scores, self.pairs.exact[pair], index, self.pairs.own[pair])
        self.counts.index_add_(0, pair, before.to(torch.int64))


def _places(mask: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column of every true entry."""
    if mask.device.type != "cpu":
        row, column = torch.nonzero(mask, as_tuple=True)
        return row, column
    # On a CPU numpy finds few among many several times faster, in the order of memory.
    if not mask.is_contiguous():
        column, row = _places(mask.T.contiguous())
        return row, column
    places = torch.from_numpy(np.flatnonzero(mask.numpy()))
    row = torch.div(places, mask.shape[1], rounding_mode="floor")
    return row, places - row * mask.shape[1]


def _below(values: Tensor, first: Tensor, end: Tensor, score: Tensor) -> Tensor:
    """End of those of ``values[first:end]``, which ascend, that are below the score: a binary search per entry."""
    low, high = first, end
    for _ in range(int((end - first).max()).bit_length() if len(first) else 0):
        middle = torch.div(low + high, 2, rounding_mode="floor")
        # A search that is over looks at its end, which may be one too far.
        below = (values[middle.clamp(max=len(values) - 1)] < score) & (middle < high)
        low, high = torch.where(below, middle + 1, low), torch.where(below, high, middle)
    return low
