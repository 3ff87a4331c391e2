"""The figures that a table can show, and their value per query where a mean over queries makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from crossret.errors import unknown
from crossret.results.ranks_file import DirectionName
from crossret.results.record import Direction, GalleryScores

Directions = Literal["both", "t2v", "v2t"]
FloatArray = npt.NDArray[np.float64]
PerQuery = Callable[[npt.NDArray[np.int64]], FloatArray]

DIRECTIONS: dict[Directions, tuple[DirectionName, ...]] = {"both": ("t2v", "v2t"), "t2v": ("t2v",), "v2t": ("v2t",)}
DIRECTION_NAMES: dict[Directions, str] = {
    "both": "both directions",
    "t2v": "text to visual",
    "v2t": "visual to text",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        heading: as tables print it.
        decimals: digits after the point.
        of_direction: its value in one direction.
        per_query: the value per query whose mean is ``of_direction``; ``None`` if the best ranks do not give it.
        higher_is_better: ``False`` for ranks.
        summed: whether two directions are added; else they are averaged.
    """

    heading: str
    decimals: int
    of_direction: Callable[[Direction], float]
    per_query: PerQuery | None
    higher_is_better: bool = True
    summed: bool = False

    def text(self, value: float) -> str:
        """A value as tables print it."""
        return f"{value:,.{self.decimals}f}"


def _sumr_per_query(rank: npt.NDArray[np.int64]) -> FloatArray:
    # Imported late: it brings scipy, which a table without comparisons does not need.
    from crossret.retrieval.significance import query_scores

    return query_scores(rank)


def _within(cutoff: int) -> PerQuery:
    return lambda rank: np.where(rank <= cutoff, 100.0, 0.0)


FIGURES: dict[str, Figure] = {
    "sumr": Figure("SumR", 1, lambda d: d.r1 + d.r5 + d.r10, _sumr_per_query, summed=True),
    "r1": Figure("R@1", 1, lambda d: d.r1, _within(1)),
    "r5": Figure("R@5", 1, lambda d: d.r5, _within(5)),
    "r10": Figure("R@10", 1, lambda d: d.r10, _within(10)),
    "medr": Figure("MedR", 1, lambda d: d.medr, None, higher_is_better=False),
    "meanr": Figure("MeanR", 1, lambda d: d.meanr, lambda rank: rank.astype(np.float64), higher_is_better=False),
    "map": Figure("mAP", 3, lambda d: d.map, None),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a table shows: a figure of one direction or of both, by its name in :data:`FIGURES`."""

    metric: str
    directions: Directions

    @classmethod
    def named(cls, metric: str, direction: str) -> Shown:
        """Look both names up.

        Raises:
            UsageError: there is no such metric or direction.
        """
        if metric not in FIGURES:
            raise unknown("metric", metric, FIGURES)
        if direction not in DIRECTIONS:
            raise unknown("direction", direction, DIRECTIONS)
        return cls(metric, direction)

    @property
    def figure(self) -> Figure:
        """The figure itself."""
        return FIGURES[self.metric]

    def of(self, scores: GalleryScores) -> float:
        """The number of one gallery: both directions are added or averaged."""
        values = [self.figure.of_direction(getattr(scores, name)) for name in DIRECTIONS[self.directions]]
        return sum(values) if self.figure.summed else sum(values) / len(values)

    @property
    def heading(self) -> str:
        """E.g. ``SumR, both directions``."""
        return f"{self.figure.heading}, {DIRECTION_NAMES[self.directions]}"
