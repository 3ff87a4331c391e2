"""Exact ranks with the gallery's items spread over processes of ``torch.distributed``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from crossret.errors import DataError
from crossret.retrieval.approximation import Approximation, Precision, check_budget, largest_entry
from crossret.retrieval.contest import Contest
from crossret.retrieval.counting import Pairs
from crossret.retrieval.peers import Peers
from crossret.retrieval.ranks import PositiveRanks
from crossret.retrieval.relevance import IntArray, Relevance
from crossret.retrieval.thresholds import comparison
from crossret.retrieval.tiles import DotProducts


@torch.no_grad()
def sharded_ranks(
    captions: Tensor,
    items: Tensor,
    relevance: Relevance,
    *,
    memory_mb: float = 256,
    scores: Precision = "float32",
    compiled: bool = False,
    group: dist.ProcessGroup | None = None,
) -> PositiveRanks:
    """The ranks of :func:`crossret.retrieval.ranks.positive_ranks`, each process looking at its own items only.

    Every process of the group calls it, and every one gets all ranks. Each counts who is ahead among its items, and the
    counts are added up. What is compared are exact scores (float64), so the ranks are those of one process, however
    the gallery is split. One score and two counts per positive pair go between the processes.

    Args:
        captions: all caption embeddings, the same in every process, shape ``(C, D)``.
        items: visual embeddings of this process's slice of the gallery, shape ``(m, D)``; ``m`` may be 0. The slices in
            the order of the processes are the gallery of M items.
        relevance: the positive pairs of the C captions and all M items, the same in every process.
        memory_mb: MiB that scores and comparisons may take in each process; of different budgets the smallest counts.
        scores: precision of the tiles.
        compiled: compile what is done with a tile.
        group: the processes; default: all.

    Raises:
        DataError: shapes do not fit, or an embedding of this process is not finite (its side and row are named).
        UsageError: the memory budget is too small for one tile, and the smallest that is enough is named; or nothing
            can be compiled here.
        CrossretError: this process's device has no memory for one tile, or another process failed, which is named.
    """
    peers = Peers(group, captions.device)
    mine = peers.each(lambda: _Slice.of(captions, items, memory_mb))
    everyone = peers.all_of([len(captions), len(items), memory_mb, *mine.largest])
    peers.each(lambda: _check_counts(relevance, everyone))
    counts = [int(numbers[1]) for numbers in everyone]
    budget = min(numbers[2] for numbers in everyone)
    # Scaled by the same power of two everywhere, scored in parts of the same length: the same bits.
    largest = max(numbers[3] for numbers in everyone), max(numbers[4] for numbers in everyone)
    shard = _Shard(mine, relevance, sum(counts[: peers.rank]), budget, compiled)
    approximation = shard.approximation(scores, largest)
    exact = peers.total(shard.own_scores(approximation))
    ahead, rescored = peers.each(lambda: shard.counts(approximation, exact))
    ranks = peers.total(torch.from_numpy(ahead)).numpy() + 1
    return PositiveRanks(ranks[0], ranks[1], int(peers.total(torch.tensor(rescored))))


@dataclass(frozen=True, eq=False)
class _Slice:
    """Products of all captions with this process's items, if it has any, and the largest entries of both."""

    products: DotProducts | None
    largest: tuple[float, float]

    @classmethod
    def of(cls, captions: Tensor, items: Tensor, memory_mb: float) -> _Slice:
        check_budget(memory_mb, captions.shape[-1])
        if not len(items):
            return cls(None, (0.0, 0.0))
        products = DotProducts.of(captions, items, names=("captions", "items"))
        return cls(products, (largest_entry(products.queries), largest_entry(products.items)))


def _check_counts(relevance: Relevance, everyone: list[list[float]]) -> None:
    captions, items = ([int(numbers[which]) for numbers in everyone] for which in (0, 1))
    if set(captions) != {relevance.caption_count}:
        told = ", ".join(map(str, captions))
        raise DataError(f"captions: {told} embeddings, but the relevance is over {relevance.caption_count}")
    if sum(items) != relevance.item_count:
        told = " + ".join(map(str, items))
        raise DataError(f"items: {told} embeddings, but the relevance is over {relevance.item_count}")


@dataclass(frozen=True, eq=False)
class _Shard:
    """One process's part of the counting.

    Attributes:
        before: how many items of the gallery stand before its first.
    """

    slice: _Slice
    relevance: Relevance
    before: int
    memory_mb: float
    compiled: bool

    @property
    def own(self) -> IntArray:
        """Which pairs have one of its items."""
        count = 0 if self.slice.products is None else len(self.slice.products.items)
        number = self.relevance.items - self.before
        return np.flatnonzero((number >= 0) & (number < count))

    def approximation(self, scores: Precision, largest: tuple[float, float]) -> Approximation | None:
        """``None`` without items."""
        products = self.slice.products
        return None if products is None else Approximation.of(products, scores, self.memory_mb, largest)

    def own_scores(self, approximation: Approximation | None) -> Tensor:
        """Exact scores of its own pairs, 0 for those of others, float64 ``(P,)`` on the CPU."""
        exact = torch.zeros(len(self.relevance.items), dtype=torch.float64)
        if approximation is not None:
            exact[self.own] = approximation.pairs(*self._own_pairs(approximation)).cpu().double()
        return exact

    def _own_pairs(self, approximation: Approximation) -> tuple[Tensor, Tensor]:
        device, own = approximation.items.exact.device, self.own
        captions, items = self.relevance.captions[own], self.relevance.items[own] - self.before
        return torch.as_tensor(captions, device=device), torch.as_tensor(items, device=device)

    def counts(self, approximation: Approximation | None, exact: Tensor) -> tuple[IntArray, int]:
        """Who is ahead.

        Returns:
            How many of its items, and how many captions for its own pairs, ``(2, P)``; how many scores had to be exact.
        """
        ahead = np.zeros((2, len(exact)), dtype=np.int64)
        if approximation is None:
            return ahead, 0
        captions, items, own = self.relevance.captions, self.relevance.items, self.own
        exact = exact.to(approximation.items.exact.device, approximation.dtype)
        found = Contest(
            approximation,
            to_items=Pairs.of(captions, items, exact, approximation.caption_margins()),
            to_captions=Pairs.of(items[own] - self.before, captions[own], exact[own], approximation.item_margins()),
            comparison=comparison(self.compiled, exact.device),
            before=self.before,
        ).ranks(self.memory_mb)
        ahead[0], ahead[1, own] = found.among_items - 1, found.among_captions - 1
        return ahead, found.rescored
