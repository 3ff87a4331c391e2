"""The best rows by exact cosines: what an index finds is scored again; of equal scores the lower row comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch

from crossret.index.vectors import FloatArray, IntArray, Vectors
from crossret.retrieval.nearest import top_items

# How many more than asked for are scored again: equal scores at the end of a list need no second search then.
SPARE = 16


class Finder(Protocol):
    """Proposes rows for queries.

    Attributes:
        count: how many rows it can propose.
        exact: whether it proposes those of the best float32 scores.
    """

    @property
    def count(self) -> int:
        """How many rows it can propose."""
        ...

    @property
    def exact(self) -> bool:
        """Whether it proposes the rows of the best float32 scores; otherwise any good ones."""
        ...

    def propose(self, queries: FloatArray, wanted: int) -> tuple[FloatArray, IntArray]:
        """Scores and rows, each ``(Q, wanted)``, best first; row -1 where there is none."""
        ...


@dataclass(frozen=True)
class Tiles:
    """Compares with every row from ``start`` to ``stop``; the measure of every index."""

    vectors: Vectors
    start: int
    stop: int
    memory_mb: float
    exact: bool = True

    @property
    def count(self) -> int:
        """All of them."""
        return self.stop - self.start

    def propose(self, queries: FloatArray, wanted: int) -> tuple[FloatArray, IntArray]:
        """By a matrix product."""
        rows = torch.from_numpy(self.vectors.rows(self.start, self.stop))
        places, scores = top_items(torch.from_numpy(queries), rows, wanted, memory_mb=self.memory_mb)
        return scores, places + self.start


def tiles(vectors: Vectors, memory_mb: float) -> list[Tiles]:
    """All rows in blocks whose copies take half of the memory; scores may take the other half."""
    height = max(1, int(memory_mb / 2 * 2**20 / (4 * vectors.dimension)))
    starts = range(0, vectors.count, height)
    return [Tiles(vectors, start, min(start + height, vectors.count), memory_mb / 2) for start in starts]


def nearest(
    finders: Sequence[Finder], vectors: Vectors, queries: FloatArray, k: int, wanted: int = 0
) -> tuple[IntArray, npt.NDArray[np.float64]]:
    """The best of what all finders propose.

    If all are exact, so is this: a finder is asked for more until no row that it left out can be among the best,
    whatever the rounding of its float32 scores.

    Args:
        finders: together they know all rows.
        vectors: what they are scored by.
        queries: unit vectors ``(Q, D)``.
        k: how many; more than there are means all.
        wanted: how many proposals of each finder are scored; at least ``k`` and some to spare.

    Returns:
        Rows and cosines ``(Q, k)``, best first, of equals the lower row first; row -1 with cosine -inf if an inexact
        index found less.
    """
    k = min(k, vectors.count)
    rows, scores = np.full((len(queries), k), -1, np.int64), np.full((len(queries), k), -np.inf)
    for finder in finders:
        more = min(finder.count, max(wanted, k + SPARE))
        asked = np.arange(len(queries))
        while len(asked):
            proposed, places = finder.propose(queries[asked], more)
            rows[asked], scores[asked] = _best(
                np.concatenate([rows[asked], places], axis=1),
                np.concatenate([scores[asked], _cosines(vectors, queries[asked], places)], axis=1),
                k,
            )
            if not finder.exact or more == finder.count:
                break
            doubtful = proposed[:, -1] + rounding(vectors.dimension) >= scores[asked, -1]
            asked, more = asked[doubtful], min(2 * more, finder.count)
    return rows, scores


def rounding(dimension: int) -> float:
    """Most that float32 scores of unit vectors may be wrong by (Higham, "Accuracy and Stability", section 3.1)."""
    return float(dimension * np.finfo(np.float32).eps)


def _cosines(vectors: Vectors, queries: FloatArray, rows: IntArray) -> npt.NDArray[np.float64]:
    """Float64, each summed in the same order wherever its row stands, so that equal rows score equally."""
    found = np.empty(rows.shape)
    for number, query in enumerate(queries):
        found[number] = (vectors.take(np.maximum(rows[number], 0)).astype(np.float64) * query).sum(axis=1)
    found[rows < 0] = -np.inf
    return found


def _best(rows: IntArray, scores: npt.NDArray[np.float64], k: int) -> tuple[IntArray, npt.NDArray[np.float64]]:
    """The first k of each line; a row that is there twice counts once."""
    order = np.lexsort((rows, -scores))
    rows, scores = np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)
    again = np.zeros(rows.shape, bool)
    again[:, 1:] = (rows[:, 1:] == rows[:, :-1]) & (rows[:, 1:] >= 0)
    rows, scores = np.where(again, -1, rows), np.where(again, -np.inf, scores)
    first = np.argsort(again, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(rows, first, 1), np.take_along_axis(scores, first, 1)
