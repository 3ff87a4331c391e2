"""NRCCR's fused score of a target caption and its English translation, folded into one query vector."""

from __future__ import annotations

import torch
from torch import Tensor

from crossret.errors import DataError, UsageError
from crossret.retrieval.tiles import DotProducts, Grid


@torch.no_grad()
def fuse(target: Tensor, translated: Tensor, items: Tensor, weight: float, *, memory_mb: float = 256) -> Tensor:
    """Queries whose dot products with the items rank like NRCCR's fused scores.

    Those scores are ``weight * mm(E itemsᵀ) + (1 - weight) * mm(T itemsᵀ)``, where ``mm`` scales a matrix to [0, 1]
    over all its entries (evaluation code of arXiv 2208.12526). Both matrices share the items and ``mm`` is affine, so
    the sum equals, up to a constant, the product of the items with
    ``weight / range_E * e + (1 - weight) / range_T * t``. Equal in exact arithmetic: near-ties may fall differently
    than in the explicit matrix. The ranges are taken over this very test set, so a query's score depends on the other
    queries and items. A matrix of weight 0 plays no part.

    Args:
        target: embeddings of the target-language captions, shape ``(C, D)``.
        translated: embeddings of their translations into the source language, row for row, shape ``(C, D)``.
        items: visual embeddings, shape ``(M, D)``.
        weight: share of the translated captions, in [0, 1].
        memory_mb: MiB that a tile of scores may take.

    Returns:
        float32, shape ``(C, D)``, not of unit length.

    Raises:
        UsageError: the weight is outside [0, 1].
        DataError: the captions differ in number, shapes do not fit, an embedding is not finite, or all scores of a
            matrix are equal (as empty captions would give), so that it has no range.
    """
    if not 0.0 <= weight <= 1.0:
        raise UsageError(f"fusion weight must be in [0, 1], got {weight}")
    if len(target) != len(translated):
        raise DataError(f"fusion: {len(target)} target captions but {len(translated)} translated ones")
    parts = [
        share * (queries.to(torch.float32) / _score_range(side, queries, items, memory_mb))
        for share, side, queries in ((weight, "translated", translated), (1.0 - weight, "target", target))
        if share > 0
    ]
    return torch.stack(parts).sum(dim=0)


def _score_range(side: str, queries: Tensor, items: Tensor, memory_mb: float) -> float:
    scores = DotProducts.of(queries, items, names=(f"{side} captions", "items"))
    grid = Grid.within(len(queries), len(items), memory_mb)
    extremes = [torch.stack(scores(rows, columns).aminmax()) for rows in grid.bands() for columns in grid.stripes()]
    lowest = float(torch.stack(extremes)[:, 0].min())
    highest = float(torch.stack(extremes)[:, 1].max())
    # Equal scores computed by different kernels may differ by rounding; stretching that to [0, 1] would rank noise.
    if highest - lowest <= 16 * torch.finfo(torch.float32).eps * max(abs(lowest), abs(highest)):
        raise DataError(f"fusion: all scores of the {side} captions are equal, so they cannot be scaled to [0, 1]")
    return highest - lowest
