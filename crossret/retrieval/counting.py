"""Ranks by counting how many gallery entries are ahead of each positive, tile by tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from crossret.retrieval.relevance import IntArray, Relevance
from crossret.retrieval.tiles import Grid

Score = Callable[[slice, slice], Tensor]
"""Gives the tile of those caption rows and item columns; the same slices must give the same bits."""

COMPARED_AT_ONCE = 1 << 22
"""Most comparisons in one block, whatever the budget: larger temporaries leave the CPU's caches and halve the speed,
much smaller ones leave a GPU waiting for launches."""


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


def count_ranks(score: Score, grid: Grid, relevance: Relevance) -> tuple[IntArray, IntArray]:
    """Rank of every positive pair in both directions, each tile scored once per pass.

    A matrix of a single tile is scored once. Otherwise a first pass over the tiles that hold positives reads the
    positives' scores, and a second pass over all tiles, with the same slices, counts. Reading them out of the tile
    rather than by a separate dot product matters: a last-bit difference would make a positive lose to itself.

    Args:
        score: gives the tile of those captions (rows) and items (columns), of any floating type.
        grid: how the (C, M) matrix is cut.
        relevance: the positive pairs.

    Returns:
        1-based ranks among the items (text to visual) and among the captions (visual to text), each ``(P,)``.
    """
    bands, stripes = grid.bands(), grid.stripes()
    if len(bands) == len(stripes) == 1:
        score = _held(score(bands[0], stripes[0]))
    positive = _positive_scores(score, grid, relevance)
    to_items = Pairs.of(relevance.captions, relevance.items, positive)
    to_captions = Pairs.of(relevance.items, relevance.captions, positive)
    return count_tiles(score, grid, (to_items, Plainly(to_items)), (to_captions, Plainly(to_captions)))


@dataclass(frozen=True, eq=False)
class Pairs:
    """The positive pairs in one direction, sorted by query, so that a tile meets one run of them.

    Attributes:
        order: position of the sorted pairs in the relevance, ``(P,)``.
        queries: query index of the sorted pairs, ``(P,)``, kept on the CPU to find runs without a device sync.
        row: the same on the device.
        own: gallery index of the positive, ``(P, 1)``.
        positive: score of the positive, ``(P, 1)``.
    """

    order: npt.NDArray[np.intp]
    queries: IntArray
    row: Tensor
    own: Tensor
    positive: Tensor

    @classmethod
    def of(cls, queries: IntArray, own: IntArray, positive: Tensor) -> Pairs:
        """Sort pairs that are given as query indices, gallery indices and scores, each ``(P,)``."""
        order = np.argsort(queries, kind="stable")
        device = positive.device
        return cls(
            order=order,
            queries=queries[order],
            row=torch.as_tensor(queries[order], device=device),
            own=torch.as_tensor(own[order], device=device).unsqueeze(1),
            positive=positive[torch.as_tensor(order, device=device)].unsqueeze(1),
        )


class Judge(Protocol):
    """Decides what is ahead of the positives of one direction."""

    def ahead(self, block: Tensor, pairs: slice, gallery: slice) -> Tensor:
        """How many of these gallery entries are ahead of each of these pairs, ``(pairs,)``.

        Args:
            block: row by row, scores of the pair's query, shape ``(pairs, gallery)``.
            pairs: a run of the sorted pairs.
            gallery: the gallery indices.
        """
        ...


@dataclass(frozen=True, eq=False)
class Plainly:
    """Takes every score as it is."""

    pairs: Pairs

    def ahead(self, block: Tensor, pairs: slice, gallery: slice) -> Tensor:
        """By the tie rule alone."""
        index = torch.arange(gallery.start, gallery.stop, device=block.device)
        before = ahead(block, self.pairs.positive[pairs], index, self.pairs.own[pairs])
        # An int32 sum is twice as fast as the default int64 one, and no tile is 2**31 wide.
        return before.sum(dim=1, dtype=torch.int32)


def count_tiles(
    score: Score, grid: Grid, to_items: tuple[Pairs, Judge], to_captions: tuple[Pairs, Judge]
) -> tuple[IntArray, IntArray]:
    """Ranks of the pairs in both directions, ``(P,)`` each, every tile being scored once."""
    item_tally, caption_tally = _Tally.start(*to_items, grid.cells), _Tally.start(*to_captions, grid.cells)
    for rows in grid.bands():
        for columns in grid.stripes():
            tile = score(rows, columns)
            item_tally.add(tile, rows, columns)
            caption_tally.add(tile.T, columns, rows)
    return item_tally.ranks(), caption_tally.ranks()


def _held(tile: Tensor) -> Score:
    def score(rows: slice, columns: slice) -> Tensor:
        return tile

    return score


def _positive_scores(score: Score, grid: Grid, relevance: Relevance) -> Tensor:
    bands, stripes = grid.bands(), grid.stripes()
    tile_of_pair = relevance.captions // grid.row_step * len(stripes) + relevance.items // grid.column_step
    order = np.argsort(tile_of_pair, kind="stable")
    tiles, starts = np.unique(tile_of_pair[order], return_index=True)
    read = []
    for number, pairs in zip(tiles, np.split(order, starts[1:]), strict=True):
        rows, columns = bands[number // len(stripes)], stripes[number % len(stripes)]
        tile = score(rows, columns)
        row = torch.as_tensor(relevance.captions[pairs] - rows.start, device=tile.device)
        column = torch.as_tensor(relevance.items[pairs] - columns.start, device=tile.device)
        read.append(tile[row, column])
    joined = torch.cat(read)
    return torch.empty_like(joined).index_copy_(0, torch.as_tensor(order, device=joined.device), joined)


@dataclass(frozen=True, eq=False)
class _Tally:
    """Counts so far in one direction.

    Attributes:
        counts: gallery entries found ahead of the sorted pairs, ``(P,)``.
        cells: most comparisons the memory budget allows at once.
    """

    pairs: Pairs
    judge: Judge
    counts: Tensor
    cells: int

    @classmethod
    def start(cls, pairs: Pairs, judge: Judge, cells: int) -> _Tally:
        return cls(pairs, judge, torch.zeros(len(pairs.order), dtype=torch.int64, device=pairs.row.device), cells)

    def add(self, tile: Tensor, queries: slice, gallery: slice) -> None:
        """Count a tile of scores, shape ``(queries, gallery)``."""
        runs = self._runs(queries, tile.shape[1])
        if not runs:
            return
        rows = tile.contiguous()
        for run in runs:
            block = rows.index_select(0, self.pairs.row[run] - queries.start)
            self.counts[run] += self.judge.ahead(block, run, gallery)

    def ranks(self) -> IntArray:
        """1 + counts in the order of the relevance, ``(P,)``."""
        ranks = np.empty(len(self.pairs.order), dtype=np.int64)
        ranks[self.pairs.order] = self.counts.cpu().numpy() + 1
        return ranks

    def _runs(self, queries: slice, width: int) -> list[slice]:
        first, last = np.searchsorted(self.pairs.queries, [queries.start, queries.stop])
        step = max(1, min(self.cells, COMPARED_AT_ONCE) // width)
        return [slice(start, min(start + step, int(last))) for start in range(int(first), int(last), step)]
