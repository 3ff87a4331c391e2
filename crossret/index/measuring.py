"""How much of the exact answer an index finds, and how hard it must search for that."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossret.index.nearest_rows import nearest, tiles
from crossret.index.opened import OpenIndex
from crossret.index.vectors import FloatArray, IntArray, Vectors

DEPTHS = (1, 10, 100)
CHOSEN_AT = 10


def exact_rows(vectors: Vectors, queries: FloatArray, k: int, memory_mb: float) -> IntArray:
    """The best rows of all, ``(Q, k)``, by comparing with every one."""
    return nearest(tiles(vectors, memory_mb), vectors, queries, k)[0]


def recall_at(found: IntArray, exact: IntArray, k: int) -> float:
    """Mean share of the first ``k`` exact rows that are among the first ``k`` found; of all there are if fewer."""
    shares = [len(np.intersect1d(f[:k], e[:k])) / len(e[:k]) for f, e in zip(found, exact, strict=True)]
    return float(np.mean(shares))


@dataclass(frozen=True)
class Measured:
    """Of one index.

    Attributes:
        recall: by k.
        milliseconds: of one query alone, median.
        queries: how many were asked for these figures.
    """

    effort: int
    recall: dict[int, float]
    milliseconds: float
    queries: int


def measured(
    index: OpenIndex, queries: FloatArray, target: float, memory_mb: float, depths: Sequence[int] = DEPTHS
) -> Measured:
    """Choose the least effort that reaches a recall at 10, and measure what it gives.

    Every second query takes part in the choice, the others measure.

    Args:
        index: what is asked.
        queries: at least two unit vectors ``(Q, D)``.
        target: recall at 10 to reach; the most effort if none does.
        memory_mb: MiB that comparing with every row may take.
        depths: where recall is measured.
    """
    exact = exact_rows(index.vectors, queries, max(depths), memory_mb)
    effort = _least_effort(index, queries[::2], exact[::2], target)
    asked, wanted = queries[1::2], exact[1::2]
    seconds = []
    for query in asked:
        started = time.perf_counter()
        index.search(query[None], CHOSEN_AT, effort)
        seconds.append(time.perf_counter() - started)
    # Who asks for more searches deeper: each figure is of a search for just so many.
    recall = {k: recall_at(index.search(asked, k, effort)[0], wanted, k) for k in depths}
    return Measured(effort, recall, 1000 * statistics.median(seconds), len(asked))


def _least_effort(index: OpenIndex, queries: FloatArray, exact: IntArray, target: float) -> int:
    efforts = index.shape.efforts()
    for effort in efforts[:-1]:
        if recall_at(index.search(queries, CHOSEN_AT, effort)[0], exact, CHOSEN_AT) >= target:
            return effort
    return efforts[-1]
