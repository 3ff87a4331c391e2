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
from crossret.retrieval.sieve import Entries, Sieve
from crossret.retrieval.thresholds import Comparison, Segments

COMPARED_AT_ONCE = 1 << 20
"""Most entries of whole rows copied from a tile at once, whatever the budget: larger copies leave a CPU's caches."""

LOOKED_AT_ONCE = 1 << 18
"""Most entries of a tile looked at one by one at once."""

LOOKED_AT = 16
"""How many comparisons of a whole row with one positive take as long as a look at one entry."""


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
        row: query index of the sorted pairs, ``(P,)``.
        own: gallery index of the positive, ``(P,)``.
        exact: score of the positive, ``(P,)``.
        low: what an approximate score must exceed to be in doubt, ``(P,)`` float32 and some infinities.
        high: what it must exceed to be ahead for certain, ``(P,)`` float32 and some infinities.
        first: where the pairs of each query begin, and the end, ``(Q + 1,)``.
        floor: the ``low`` of each query's lowest positive, ``(Q,)``; infinite for one without positives.
        most: positives of the query that has the most.
        steps: of a search among so many.
    """

    order: npt.NDArray[np.intp]
    row: Tensor
    own: Tensor
    exact: Tensor
    low: Tensor
    high: Tensor
    first: Tensor
    floor: Tensor
    most: int
    steps: tuple[int, ...]

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
        # A search may probe as far beyond the last positive as its steps go.
        most = int(np.diff(first).max(initial=0))
        steps = tuple(1 << bit for bit in reversed(range(most.bit_length())))
        low, high = (torch.nn.functional.pad(some, (0, 1 + sum(steps)), value=torch.inf) for some in (low, high))
        own_index = torch.as_tensor(own[order], device=device)
        return cls(order, row, own_index, exact, low, high, starts, floor, most, steps)


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts so far in one direction.

    Attributes:
        scores: exact scores of query and gallery indices.
        comparison: of whole rows.
        cells: most entries of a tile.
        at_once: doubts are settled when there are so many.
        counts: gallery entries found ahead of the sorted pairs, ``(P + 1,)``; the last number means nothing.
        beaten: further entries found ahead of this pair, and of those below it, but not of the next, ``(P + 1,)``.
        doubts: pairs and gallery entries that wait for their exact score.
        settled: how many had to.
    """

    pairs: Pairs
    scores: PairScores
    comparison: Comparison
    cells: int
    at_once: int
    counts: Tensor
    beaten: Tensor
    doubts: list[tuple[Tensor, Tensor]] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)

    @classmethod
    def start(cls, pairs: Pairs, scores: PairScores, comparison: Comparison, cells: int, at_once: int) -> Tally:
        """Nothing counted yet."""
        counts = torch.zeros(len(pairs.order) + 1, dtype=torch.int64, device=pairs.row.device)
        return cls(pairs, scores, comparison, cells, at_once, counts, torch.zeros_like(counts))

    def add(self, tile: Tensor, queries: slice, gallery: slice) -> None:
        """Count a tile of approximate scores, shape ``(queries, gallery)``, contiguous or transposed."""
        if not self.pairs.most:
            return
        first = self.pairs.first[queries.start : queries.stop + 1]
        positives = first.diff()
        if self.pairs.most <= self.comparison.few:
            self._add_rows(tile, first[:-1], positives, gallery)
            return
        sieve = Sieve.of(tile, self.pairs.floor[queries])
        crowded = sieve.in_blocks() * LOOKED_AT > positives * tile.shape[1]
        if bool(crowded.any()):
            sieve = sieve.without(crowded)
            step = max(1, min(self.cells // 4, COMPARED_AT_ONCE) // tile.shape[1])
            many = torch.nonzero(crowded).squeeze(1)
            # Those with as many positives stand together, so that hardly any threshold is missing.
            together = many[positives[many].argsort()]
            for rows in torch.split(together, step):
                self._add_rows(_selected(tile, rows), first[rows], positives[rows], gallery)
        for entries in sieve.entries(min(LOOKED_AT_ONCE, self.cells // 16)):
            self._add_entries(entries, first, gallery.start)

    def ranks(self) -> IntArray:
        """1 + counts in the order of the relevance, ``(P,)``."""
        self._settle()
        from_here = self.beaten.flip(0).cumsum(0).flip(0)
        counts = self.counts[:-1] + from_here[:-1] - from_here[self.pairs.first[self.pairs.row + 1]]
        ranks = np.empty(len(self.pairs.order), dtype=np.int64)
        ranks[self.pairs.order] = counts.cpu().numpy() + 1
        return ranks

    def _add_rows(self, rows: Tensor, first: Tensor, positives: Tensor, gallery: slice) -> None:
        """All entries of some queries' rows against all their positives."""
        level = torch.arange(int(positives.max()), device=first.device)
        # Beyond a query's last positive stands none: the thresholds that follow the last of all are infinite.
        pair = torch.where(level < positives.unsqueeze(1), first.unsqueeze(1) + level, len(self.pairs.row))
        low, high = self.pairs.low[pair], self.pairs.high[pair]
        query, positive = torch.nonzero(pair < len(self.pairs.row), as_tuple=True)
        own = self.pairs.own[pair[query, positive]] - gallery.start
        for segments in Segments.of(rows):
            near, certain = self.comparison.count(segments, low, high)
            self.counts[pair] += segments.over_rows(certain)
            # A positive is always near itself.
            which, one, other = segments.places(query, own)
            near[one, positive[which], other] -= 1
            one, which, other = torch.nonzero(near, as_tuple=True)
            if len(one):
                doubtful = pair[one if segments.by_row else other, which]
                scores = segments.scores[one, :, other]
                within = scores > self.pairs.low[doubtful].unsqueeze(1)
                within &= scores <= self.pairs.high[doubtful].unsqueeze(1)
                at, position = torch.nonzero(within, as_tuple=True)
                self._doubt(doubtful[at], segments.columns(one[at], other[at], position) + gallery.start)

    def _add_entries(self, entries: Entries, first: Tensor, start: int) -> None:
        """Entries one by one: each is looked up among the sorted positives of its query."""
        begin, end = first.index_select(0, entries.rows), first[1:].index_select(0, entries.rows)
        certain = _below(self.pairs.high, self.pairs.steps, begin, end, entries.scores)
        beats = (certain > begin).to(torch.int64)
        self.beaten.index_add_(0, certain - beats, beats)
        near = (self.pairs.low.index_select(0, certain) < entries.scores).logical_and_(certain < end)
        some = torch.nonzero(near).squeeze(1)
        if len(some):
            lowest, index = certain[some], entries.columns[some] + start
            count = _below(self.pairs.low, self.pairs.steps, lowest, end[some], entries.scores[some]) - lowest
            pair = torch.repeat_interleave(count)
            # Counts 0, 1, … within each entry's run of near positives, on top of the first of them.
            within = torch.arange(len(pair), device=pair.device) - (count.cumsum(0) - count)[pair]
            self._doubt(lowest[pair] + within, index[pair])

    def _doubt(self, pair: Tensor, index: Tensor) -> None:
        """Remember what only exact scores can tell; a positive is never ahead of itself."""
        other = index != self.pairs.own[pair]
        if bool(other.any()):
            self.doubts.append((pair[other], index[other]))
            if sum(len(pair) for pair, _ in self.doubts) >= self.at_once:
                self._settle()

    def _settle(self) -> None:
        if not self.doubts:
            return
        pair, index = (torch.cat(parts) for parts in zip(*self.doubts, strict=True))
        self.doubts.clear()
        self.settled.append(len(pair))
        scores = self.scores(self.pairs.row[pair], index)
        before = ahead(scores, self.pairs.exact[pair], index, self.pairs.own[pair])
        self.counts.index_add_(0, pair, before.to(torch.int64))


def _selected(tile: Tensor, rows: Tensor) -> Tensor:
    """Some rows, which lie in memory as those of the tile do."""
    return tile.index_select(0, rows) if tile.is_contiguous() else tile.T.index_select(1, rows).T


def _below(values: Tensor, steps: tuple[int, ...], first: Tensor, end: Tensor, score: Tensor) -> Tensor:
    """End of those of ``values[first:end]``, which ascend, that are below the score: a binary search per entry.

    The steps are the powers of two, descending, whose sum is at least the largest ``end - first``; so many values must
    follow the last one.
    """
    found = first.clone()
    for step in steps:
        probe = found + (step - 1)
        below = (values.index_select(0, probe) < score).logical_and_(probe < end)
        found.add_(below, alpha=step)
    return found
