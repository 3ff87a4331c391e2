"""Whether two records of one unit agree: figure by figure, and query by query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from crossret.errors import DataError
from crossret.results.figures import DIRECTIONS, FIGURES
from crossret.results.ranks_file import DirectionName, QueryRanks, RanksByGallery
from crossret.results.record import Direction, GalleryScores, Record
from crossret.results.store import Stored
from crossret.results.subjects import ranks_name

Verdict = Literal["identical", "within the tolerance", "differs"]
RECALLS = ("r1", "r5", "r10")
RANKS = ("medr", "meanr")


@dataclass(frozen=True, slots=True)
class DirectionAgreement:
    """One direction of one gallery in both records.

    Attributes:
        gallery: with the subset of its queries, if they are not all.
        points: by figure, how far the second is from the first: recalls in percent, mAP in hundredths, ranks in percent
            of what was ranked; empty if one of the two has no such figures.
        queries: how many were asked the first time.
        moved: how many of them have another rank the second time, or were not asked; ``None`` if a file of ranks is
            missing.
    """

    gallery: str
    direction: DirectionName
    recorded: Direction | None
    found: Direction | None
    points: dict[str, float]
    queries: int
    moved: int | None

    @property
    def largest(self) -> float:
        """The largest difference of a figure, in points; infinite if one of the two has none."""
        return max(self.points.values(), default=float("inf"))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two records of one unit, compared."""

    parts: tuple[DirectionAgreement, ...]

    @property
    def largest(self) -> float:
        """The largest difference of a figure, in points."""
        return max((part.largest for part in self.parts), default=0.0)

    @property
    def moved(self) -> int | None:
        """Queries with another rank; ``None`` if ranks could not be compared."""
        counts = [part.moved for part in self.parts]
        return None if None in counts else sum(count for count in counts if count is not None)

    def verdict(self, tolerance: float) -> Verdict:
        """Whether all figures and ranks are the same, or all figures within so many points."""
        if self.largest == 0 and not self.moved:
            return "identical"
        return "within the tolerance" if self.largest <= tolerance else "differs"


def agreement(recorded: Stored, found: Stored) -> Agreement:
    """Compare a record with another of the same unit.

    Raises:
        DataError: a file of ranks is damaged.
    """
    first, second = _ranks(recorded), _ranks(found)
    ours, theirs = _scores(recorded.record), _scores(found.record)
    parts = [
        _of_direction(name, direction, ours.get(name), theirs.get(name), first, second)
        for name in dict.fromkeys([*ours, *theirs])
        for direction in DIRECTIONS["both"]
    ]
    return Agreement(tuple(parts))


def contradictions(stored: Stored) -> tuple[str, ...]:
    """Figures of a record that do not follow from its own ranks, one line each; mAP needs more than the best ranks.

    Raises:
        DataError: the file of ranks is missing or damaged.
    """
    return tuple(_contradictions(stored))


def _contradictions(stored: Stored) -> Iterator[str]:
    from crossret.retrieval.metrics import QueryResults, direction_metrics

    ranks = stored.ranks()
    for name, scores in _scores(stored.record).items():
        for direction in DIRECTIONS["both"]:
            found = ranks.get(name, {}).get(direction)
            if found is None:
                raise DataError(f"{stored.record.ranks_file}: no ranks of gallery {name!r}, {direction}")
            order = np.arange(len(found.rank))
            computed = direction_metrics(QueryResults(order, found.rank, np.zeros(len(order))))
            told: Direction = getattr(scores, direction)
            for figure in (*RECALLS, *RANKS, "queries"):
                value, expected = getattr(told, figure), getattr(computed, figure)
                if not np.isclose(value, expected, rtol=1e-12, atol=1e-9):
                    yield f"{name} {direction} {_heading(figure)} is {value:g}, by its ranks {expected:g}"
        total = sum(getattr(getattr(scores, d), recall) for d in DIRECTIONS["both"] for recall in RECALLS)
        if not np.isclose(scores.sumr, total, rtol=1e-12, atol=1e-9):
            yield f"{name} SumR is {scores.sumr:g}, the sum of its recalls {total:g}"


def _heading(figure: str) -> str:
    return FIGURES[figure].heading if figure in FIGURES else figure


def _scores(record: Record) -> dict[str, GalleryScores]:
    return {ranks_name(scores.gallery, scores.subset): scores for scores in record.scores}


def _ranks(stored: Stored) -> RanksByGallery:
    """Without a file there are none: a record may be copied alone."""
    return stored.ranks() if stored.path.with_name(stored.record.ranks_file).is_file() else {}


def _of_direction(
    name: str,
    direction: DirectionName,
    recorded: GalleryScores | None,
    found: GalleryScores | None,
    first: RanksByGallery,
    second: RanksByGallery,
) -> DirectionAgreement:
    ours: Direction | None = getattr(recorded, direction, None)
    theirs: Direction | None = getattr(found, direction, None)
    points = {}
    if recorded is not None and ours is not None and theirs is not None:
        points = _points(ours, theirs, recorded.items if direction == "t2v" else recorded.captions)
    return DirectionAgreement(
        name,
        direction,
        ours,
        theirs,
        points,
        ours.queries if ours else 0,
        _moved(first.get(name, {}).get(direction), second.get(name, {}).get(direction)),
    )


def _points(ours: Direction, theirs: Direction, ranked: int) -> dict[str, float]:
    scale = dict.fromkeys(RECALLS, 1.0) | {"map": 100.0} | dict.fromkeys(RANKS, 100.0 / max(1, ranked))
    return {figure: factor * abs(getattr(theirs, figure) - getattr(ours, figure)) for figure, factor in scale.items()}


def _moved(first: QueryRanks | None, second: QueryRanks | None) -> int | None:
    if first is None or second is None:
        return None
    again = dict(zip(second.query.tolist(), second.rank.tolist(), strict=True))
    return sum(1 for q, r in zip(first.query.tolist(), first.rank.tolist(), strict=True) if again.get(q) != r)
