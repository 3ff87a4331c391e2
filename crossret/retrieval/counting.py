"""Ranks by counting how many gallery entries are ahead of each positive, tile by tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
    to_items = _Tally.start(relevance.captions, relevance.items, positive, grid.cells)
    to_captions = _Tally.start(relevance.items, relevance.captions, positive, grid.cells)
    for rows in bands:
        for columns in stripes:
            tile = score(rows, columns)
            to_items.add(tile, rows, columns)
            to_captions.add(tile.T, columns, rows)
    return to_items.ranks(), to_captions.ranks()


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
    """Counts so far in one direction; the pairs are sorted by query, so that a tile meets one run of them.

    Attributes:
        order: position of the sorted pairs in the relevance, ``(P,)``.
        queries: query index of the sorted pairs, ``(P,)``, kept on the CPU to find runs without a device sync.
        row: the same on the device.
        own: gallery index of the positive, ``(P, 1)``.
        positive: score of the positive, ``(P, 1)``.
        counts: gallery entries found ahead, ``(P,)``.
        cells: most comparisons the memory budget allows at once.
    """

    order: npt.NDArray[np.intp]
    queries: IntArray
    row: Tensor
    own: Tensor
    positive: Tensor
    counts: Tensor
    cells: int

    @classmethod
    def start(cls, queries: IntArray, own: IntArray, positive: Tensor, cells: int) -> _Tally:
        order = np.argsort(queries, kind="stable")
        device = positive.device
        return cls(
            order=order,
            queries=queries[order],
            row=torch.as_tensor(queries[order], device=device),
            own=torch.as_tensor(own[order], device=device).unsqueeze(1),
            positive=positive[torch.as_tensor(order, device=device)].unsqueeze(1),
            counts=torch.zeros(len(order), dtype=torch.int64, device=device),
            cells=cells,
        )

    def add(self, tile: Tensor, queries: slice, gallery: slice) -> None:
        """Count a tile of scores, shape ``(queries, gallery)``."""
        runs = self._runs(queries, tile.shape[1])
        if not runs:
            return
        index = torch.arange(gallery.start, gallery.stop, device=tile.device)
        rows = tile.contiguous()
        for pairs in runs:
            block = rows.index_select(0, self.row[pairs] - queries.start)
            before = ahead(block, self.positive[pairs], index, self.own[pairs])
            # An int32 sum is twice as fast as the default int64 one, and no tile is 2**31 wide.
            self.counts[pairs] += before.sum(dim=1, dtype=torch.int32)

    def ranks(self) -> IntArray:
        """1 + counts in the order of the relevance, ``(P,)``."""
        ranks = np.empty(len(self.order), dtype=np.int64)
        ranks[self.order] = self.counts.cpu().numpy() + 1
        return ranks

    def _runs(self, queries: slice, width: int) -> list[slice]:
        first, last = np.searchsorted(self.queries, [queries.start, queries.stop])
        step = max(1, min(self.cells, COMPARED_AT_ONCE) // width)
        return [slice(start, min(start + step, int(last))) for start in range(int(first), int(last), step)]
