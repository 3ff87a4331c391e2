"""The best items for each query, exactly."""

from __future__ import annotations

from functools import partial, reduce

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from crossret.errors import UsageError
from crossret.retrieval.relevance import IntArray
from crossret.retrieval.tiles import DotProducts, Grid


@torch.no_grad()
def top_items(
    queries: Tensor, items: Tensor, k: int, *, memory_mb: float = 256
) -> tuple[IntArray, npt.NDArray[np.float32]]:
    """The ``k`` best-scored items of every query, best first; of equal scores the lower item index comes first.

    That is the order in which :func:`crossret.retrieval.counting.ahead` ranks. Scores are float32 dot products.

    Args:
        queries: query embeddings, shape ``(Q, D)``.
        items: item embeddings on the same device, shape ``(M, D)``.
        k: how many items; more than M means M.
        memory_mb: MiB that scores may take, beyond the float32 inputs and the answer.

    Returns:
        Item indices and their scores, each ``(Q, min(k, M))``.

    Raises:
        UsageError: ``k`` is below 1 or the memory budget is not positive.
        DataError: shapes or devices do not fit, or an embedding is not finite.
    """
    if k < 1:
        raise UsageError(f"k must be at least 1, got {k}")
    score = DotProducts.of(queries, items, names=("queries", "items"))
    grid = Grid.within(len(queries), len(items), memory_mb)
    kept = [_best_of_band(score, rows, grid.stripes(), k) for rows in grid.bands()]
    indices = torch.cat([index for index, _ in kept])
    scores = torch.cat([value for _, value in kept])
    return indices.cpu().numpy(), scores.cpu().numpy()


Best = tuple[Tensor, Tensor]
"""Item indices and scores of every query of a band, best first, each ``(height, at most k)``."""


def _best_of_band(score: DotProducts, rows: slice, stripes: list[slice], k: int) -> Best:
    return reduce(partial(_best_of_both, k=k), (_best_of_tile(score, rows, columns, k) for columns in stripes))


def _best_of_tile(score: DotProducts, rows: slice, columns: slice, k: int) -> Best:
    tile = score(rows, columns)
    found = _first_places(tile, min(k, tile.shape[1]))
    return found + columns.start, tile.gather(1, found)


def _best_of_both(before: Best, after: Best, k: int) -> Best:
    # Of equal scores those found before hold lower indices and each part is in order: position stands for index.
    indices, scores = (torch.cat(parts, dim=1) for parts in zip(before, after, strict=True))
    best = _first_places(scores, min(k, scores.shape[1]))
    return indices.gather(1, best), scores.gather(1, best)


def _first_places(scores: Tensor, k: int) -> Tensor:
    """Positions of the k highest scores of every row, best first, of equals the lower position first."""
    # topk alone chooses freely among equals: use it for the k-th score only, then fill up from the left.
    last = scores.topk(k, dim=1).values[:, -1:]
    chosen = scores > last
    equal = scores == last
    chosen |= equal & (equal.cumsum(dim=1, dtype=torch.int32) <= k - chosen.sum(dim=1, keepdim=True))
    positions = chosen.nonzero()[:, 1].view(-1, k)
    order = scores.gather(1, positions).sort(dim=1, descending=True, stable=True).indices
    return positions.gather(1, order)
