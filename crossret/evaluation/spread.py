"""Where a gallery is embedded and ranked: in this process, or in several, each with its share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from crossret.recipe.models import EvaluationRecipe
from crossret.retrieval.peers import Peers
from crossret.retrieval.ranks import PositiveRanks, positive_ranks
from crossret.retrieval.relevance import Relevance
from crossret.retrieval.sharding import sharded_ranks

Batch = TypeVar("Batch")


class Spread(Protocol):
    """How many processes do one evaluation; all of them get the vectors and ranks of one process."""

    def embedded(self, batches: Sequence[Batch], embed: Callable[[Batch], Tensor]) -> Tensor:
        """Vectors ``(N, D)`` of all batches, one after another."""
        ...

    def ranks(self, captions: Tensor, items: Tensor, relevance: Relevance, recipe: EvaluationRecipe) -> PositiveRanks:
        """Ranks of every positive; all captions ``(C, D)`` and items ``(M, D)`` are given."""
        ...


class InOneProcess:
    """Everything here."""

    def embedded(self, batches: Sequence[Batch], embed: Callable[[Batch], Tensor]) -> Tensor:
        """One batch after another."""
        return torch.cat([embed(batch) for batch in batches])

    def ranks(self, captions: Tensor, items: Tensor, relevance: Relevance, recipe: EvaluationRecipe) -> PositiveRanks:
        """Of the whole gallery."""
        memory, scores, compiled = recipe.memory_mb, recipe.scores, recipe.compile
        return positive_ranks(captions, items, relevance, memory_mb=memory, scores=scores, compiled=compiled)


IN_ONE_PROCESS = InOneProcess()


@dataclass(frozen=True)
class OverProcesses:
    """Whole batches are shared, so that every vector is that of one process, bit by bit; then the items are.

    Attributes:
        group: the processes, over gloo; default: all.
    """

    peers: Peers
    group: dist.ProcessGroup | None = None

    def embedded(self, batches: Sequence[Batch], embed: Callable[[Batch], Tensor]) -> Tensor:
        """Each process its batches; where there are fewer than processes, each all of them."""
        size = self.peers.size
        shares = [batches] * size if len(batches) < size else [batches[part] for part in _parts(len(batches), size)]
        own = self.peers.each(lambda: torch.cat([embed(batch) for batch in shares[self.peers.rank]]))
        return own if len(batches) < size else self.peers.joined(own)

    def ranks(self, captions: Tensor, items: Tensor, relevance: Relevance, recipe: EvaluationRecipe) -> PositiveRanks:
        """Each process counts among its share of the items."""
        own = items[_parts(len(items), self.peers.size)[self.peers.rank]]
        memory, scores, compiled = recipe.memory_mb, recipe.scores, recipe.compile
        return sharded_ranks(
            captions, own, relevance, memory_mb=memory, scores=scores, compiled=compiled, group=self.group
        )


def _parts(count: int, size: int) -> list[slice]:
    return [slice(count * rank // size, count * (rank + 1) // size) for rank in range(size)]
