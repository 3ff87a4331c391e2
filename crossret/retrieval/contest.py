"""Counts who is ahead of each positive, both directions from one product per tile."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from crossret.retrieval.approximation import Approximation, smallest_budget
from crossret.retrieval.counting import Pairs, Tally
from crossret.retrieval.halving import halved_until_it_fits
from crossret.retrieval.relevance import IntArray
from crossret.retrieval.thresholds import Comparison
from crossret.retrieval.tiles import BYTES_PER_CELL, Grid

CACHED_CELLS = 1 << 22
"""Most scores of a tile on a CPU, whatever the budget: larger ones leave its caches before they are counted."""


@dataclass(frozen=True, eq=False)
class Contest:
    """All captions against the items of one process: all of them, or a slice of the gallery.

    Attributes:
        approximation: of the captions and these items.
        to_items: pairs whose queries are captions; items are numbered through the whole gallery.
        to_captions: pairs whose queries are these items, numbered from the first of them.
        comparison: of whole rows of scores.
        before: how many items of the gallery stand before the first of these.
    """

    approximation: Approximation
    to_items: Pairs
    to_captions: Pairs
    comparison: Comparison
    before: int = 0

    def ranks(self, memory_mb: float) -> Ranked:
        """Ranks among these items and among all captions; tiles are halved when the device runs out of memory.

        Raises:
            CrossretError: the device has no memory for the smallest tile.
        """
        captions, items = self.approximation.captions.exact, self.approximation.items.exact
        whole = len(captions) * len(items) * BYTES_PER_CELL / 2**20
        return halved_until_it_fits(self._counted, min(memory_mb, whole), smallest_budget(0))

    def _counted(self, memory_mb: float) -> Ranked:
        approximation, before = self.approximation, self.before
        device = approximation.items.exact.device
        if device.type == "cpu":
            memory_mb = min(memory_mb, CACHED_CELLS * BYTES_PER_CELL / 2**20)
        grid = Grid.within(len(approximation.captions.exact), len(approximation.items.exact), memory_mb)

        def among_items(captions: Tensor, items: Tensor) -> Tensor:
            return approximation.pairs(captions, items - before)

        def among_captions(items: Tensor, captions: Tensor) -> Tensor:
            return approximation.pairs(captions, items)

        to_items, to_captions = (
            Tally.start(pairs, exact, self.comparison, grid.cells, approximation.at_once)
            for pairs, exact in ((self.to_items, among_items), (self.to_captions, among_captions))
        )
        # One tile's memory for all: new memory costs a CPU a page fault per page. For the same reason as much is freed
        # first: glibc keeps for reuse what is freed later, as long as that is not much more.
        torch.empty(grid.cells, device=device)
        memory = torch.empty(grid.cells, device=device)
        for rows in grid.bands():
            for columns in grid.stripes():
                tile = approximation.tile(rows, columns, memory)
                to_items.add(tile, rows, slice(columns.start + before, columns.stop + before))
                to_captions.add(tile.T, columns, rows)
        ranks = to_items.ranks(), to_captions.ranks()
        return Ranked(*ranks, rescored=sum(to_items.settled) + sum(to_captions.settled))


@dataclass(frozen=True, eq=False)
class Ranked:
    """1-based ranks of the pairs of a contest, in the order they were given in.

    Attributes:
        among_items: of the pairs ``to_items``.
        among_captions: of the pairs ``to_captions``.
        rescored: comparisons that were decided by exact scores.
    """

    among_items: IntArray
    among_captions: IntArray
    rescored: int
