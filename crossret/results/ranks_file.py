"""Per-query ranks of a unit, stored beside its record for paired tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from crossret.errors import DataError

DirectionName = Literal["t2v", "v2t"]


@dataclass(frozen=True, slots=True)
class Failures:
    """The queries of one gallery and direction that went worst, worst first, and what was found.

    Attributes:
        query: their ids ``(N,)``.
        found: ids of what was found first, best first, ``(N, K)``.
    """

    query: np.ndarray
    found: np.ndarray


@dataclass(frozen=True, slots=True)
class QueryRanks:
    """Best rank per query of one gallery and direction.

    Attributes:
        query: ids ``(Q,)`` of captions (t2v) or items (v2t).
        subject: ids ``(Q,)`` of what the query is about; queries of one subject are not independent.
        rank: ``(Q,)`` int64, from 1.
        failures: the worst of them, where they were kept.
    """

    query: np.ndarray
    subject: np.ndarray
    rank: np.ndarray
    failures: Failures | None = None


RanksByGallery = dict[str, dict[DirectionName, QueryRanks]]


def to_arrays(ranks: RanksByGallery) -> dict[str, np.ndarray]:
    """Flat names ``gallery/direction/field`` for an ``.npz`` without pickled objects."""
    return {
        f"{gallery}/{direction}/{field}": array
        for gallery, directions in ranks.items()
        for direction, found in directions.items()
        for field, array in _fields(found).items()
    }


def _fields(found: QueryRanks) -> dict[str, np.ndarray]:
    fields = {"query": found.query, "subject": found.subject, "rank": found.rank}
    if found.failures is not None:
        fields |= {"failed": found.failures.query, "found": found.failures.found}
    return fields


def read_ranks(path: Path) -> RanksByGallery:
    """Read what :func:`to_arrays` wrote.

    Raises:
        DataError: the file is missing or no such archive.
    """
    found: RanksByGallery = {}
    try:
        with np.load(path, allow_pickle=False) as archive:
            for name in archive.files:
                gallery, direction, field = name.rsplit("/", 2)
                if field == "rank":
                    stem = f"{gallery}/{direction}"
                    entry = QueryRanks(
                        archive[f"{stem}/query"], archive[f"{stem}/subject"], archive[name], _failures(archive, stem)
                    )
                    found.setdefault(gallery, {})[direction] = entry
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path}: not a file of ranks ({error})") from error
    return found


def _failures(archive: Mapping[str, np.ndarray], stem: str) -> Failures | None:
    """Files of older records have none."""
    if f"{stem}/failed" not in archive:
        return None
    return Failures(archive[f"{stem}/failed"], archive[f"{stem}/found"])
