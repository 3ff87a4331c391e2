"""Retrieval figures from the ranks of the positives, in the conventions of NRCCR's evaluation (arXiv 2208.12526).

A query counts with the best rank among its positives: for text to visual that is its one item, for visual to text the
best of the item's captions. Queries without a positive are not queries, unless :func:`with_unanswered` adds them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crossret.errors import DataError
from crossret.retrieval.relevance import IntArray

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class QueryResults:
    """One direction's outcome per query.

    Attributes:
        query: index of every query, ascending, ``(Q,)``.
        rank: 1-based rank of its best positive, ``(Q,)``.
        average_precision: mean precision at its positives, in (0, 1], or 0 without any, ``(Q,)``.
    """

    query: IntArray
    rank: IntArray
    average_precision: FloatArray


@dataclass(frozen=True)
class DirectionMetrics:
    """Figures of one direction.

    Attributes:
        r1: R@1, share of queries with a positive in the first place, percent.
        r5: R@5, percent.
        r10: R@10, percent.
        medr: MedR, median best rank, not rounded.
        meanr: MeanR, mean best rank.
        map: mAP, mean average precision over all positives, in [0, 1].
        queries: number of queries.
    """

    r1: float
    r5: float
    r10: float
    medr: float
    meanr: float
    map: float
    queries: int


def per_query(queries: npt.NDArray[np.integer], ranks: npt.NDArray[np.integer]) -> QueryResults:
    """Best rank and average precision of every query.

    AP is the mean over the query's positives, best first, of (positives so far / rank); with one positive it is the
    reciprocal rank.

    Args:
        queries: query index of every positive pair, ``(P,)``.
        ranks: 1-based rank of every positive pair, ``(P,)``.

    Raises:
        DataError: no pair, arrays that are not both ``(P,)``, or a rank below 1.
    """
    if queries.shape != ranks.shape or queries.ndim != 1 or queries.size == 0:
        raise DataError(f"metrics: expected one rank per positive pair, got {queries.shape} and {ranks.shape}")
    if ranks.min() < 1:
        raise DataError(f"metrics: ranks start at 1, got {ranks.min()}")
    order = np.lexsort((ranks, queries))
    query, first, positives = np.unique(queries[order], return_index=True, return_counts=True)
    sorted_ranks = ranks[order].astype(np.int64)
    so_far = np.arange(1, len(order) + 1) - np.repeat(first, positives)
    precision = np.add.reduceat(so_far / sorted_ranks, first) / positives
    return QueryResults(query.astype(np.int64), sorted_ranks[first], precision)


def with_unanswered(results: QueryResults, queries: IntArray, rank: int) -> QueryResults:
    """Results with the queries that have no positive: they get the rank behind the whole gallery and precision 0.

    Args:
        results: of the queries that have one.
        queries: index of every query, with or without a positive.
        rank: size of the gallery + 1.
    """
    missing = np.setdiff1d(queries, results.query)
    order = np.argsort(np.concatenate([results.query, missing]), kind="stable")
    return QueryResults(
        np.concatenate([results.query, missing])[order],
        np.concatenate([results.rank, np.full(missing.size, rank)])[order],
        np.concatenate([results.average_precision, np.zeros(missing.size)])[order],
    )


def direction_metrics(results: QueryResults) -> DirectionMetrics:
    """Summarise one direction.

    Raises:
        DataError: there are no queries.
    """
    if results.rank.size == 0:
        raise DataError("metrics: no queries")
    return DirectionMetrics(
        r1=_recall(results.rank, 1),
        r5=_recall(results.rank, 5),
        r10=_recall(results.rank, 10),
        medr=float(np.median(results.rank)),
        meanr=float(np.mean(results.rank)),
        map=float(np.mean(results.average_precision)),
        queries=int(results.rank.size),
    )


def sumr(t2v: DirectionMetrics, v2t: DirectionMetrics) -> float:
    """SumR: the six recalls of both directions added, percent (0 to 600)."""
    return t2v.r1 + t2v.r5 + t2v.r10 + v2t.r1 + v2t.r5 + v2t.r10


def _recall(ranks: IntArray, cutoff: int) -> float:
    return 100.0 * int(np.count_nonzero(ranks <= cutoff)) / ranks.size
