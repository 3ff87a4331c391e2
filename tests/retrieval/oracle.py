"""The slow and obvious way: plain Python, a full sort per query, no arrays."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

from crossret.retrieval.relevance import Relevance


def sorted_ranks(scores: Sequence[Sequence[float]], relevance: Relevance) -> tuple[list[int], list[int]]:
    """Ranks of all pairs by sorting on (-score, index)."""
    columns = list(zip(*scores, strict=True))
    pairs = list(zip(relevance.captions.tolist(), relevance.items.tolist(), strict=True))
    to_items = [_place(scores[caption], item) for caption, item in pairs]
    to_captions = [_place(columns[item], caption) for caption, item in pairs]
    return to_items, to_captions


def figures(queries: Sequence[int], ranks: Sequence[int]) -> dict[str, float]:
    """R@1, R@5, R@10, MedR, MeanR and mAP."""
    by_query: dict[int, list[int]] = {}
    for query, rank in zip(queries, ranks, strict=True):
        by_query.setdefault(query, []).append(rank)
    best = [min(found) for found in by_query.values()]
    precisions = [
        statistics.fmean(i / rank for i, rank in enumerate(sorted(found), start=1)) for found in by_query.values()
    ]
    recalls = {f"r{k}": 100 * sum(rank <= k for rank in best) / len(best) for k in (1, 5, 10)}
    return recalls | {
        "medr": statistics.median(best),
        "meanr": statistics.fmean(best),
        "map": statistics.fmean(precisions),
        "queries": len(best),
    }


def exact_scores(captions: np.ndarray, items: np.ndarray) -> list[list[float]]:
    """Dot products of matrices whose products are exact in float32, e.g. small integers."""
    return (captions.astype(np.float64) @ items.astype(np.float64).T).tolist()


def _place(scores: Sequence[float], index: int) -> int:
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    return order.index(index) + 1
