"""What each subject adds to a figure, so that two methods can be compared subject by subject."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossret.results.figures import DIRECTIONS, Figure, FloatArray, Shown
from crossret.results.ranks_file import QueryRanks
from crossret.results.store import Stored


@dataclass(frozen=True, slots=True)
class SubjectShares:
    """How a figure of one record is made up.

    Queries about one subject (captions of one item, and the item itself) are not independent, so they are added up and
    compared as one. Each query's share is its value divided by the number of queries of its direction: the shares of
    all subjects add up to the figure, whatever the number of queries per subject. With one caption and one item per
    subject, a subject's share of SumR is its caption's plus its item's 100 ([rank ≤ 1] + [rank ≤ 5] + [rank ≤ 10]),
    divided by the number of subjects.

    Attributes:
        subject: ids ``(S,)``, sorted and unique.
        share: ``(S,)``.
        queries: digest of the ids of all queries; only records with equal digests can be compared.
    """

    subject: np.ndarray
    share: FloatArray
    queries: bytes


def ranks_name(gallery: str, subset: str) -> str:
    """Under which name a file of ranks holds a gallery's queries, or the queries of a subset."""
    return f"{gallery}/{subset}" if subset else gallery


def subject_shares(stored: Stored, name: str, shown: Shown) -> SubjectShares | None:
    """The shares of a record's figure; ``None`` if it has no such ranks or the figure is no mean over queries.

    Raises:
        DataError: the file of ranks is damaged.
    """
    if shown.figure.per_query is None or not stored.path.with_name(stored.record.ranks_file).is_file():
        return None
    ranks = stored.ranks().get(name)
    if ranks is None or not set(DIRECTIONS[shown.directions]) <= set(ranks):
        return None
    return _shares([ranks[direction] for direction in DIRECTIONS[shown.directions]], shown.figure)


def _shares(used: Sequence[QueryRanks], figure: Figure) -> SubjectShares:
    assert figure.per_query is not None
    scale = 1.0 if figure.summed else 1.0 / len(used)
    values = [scale / len(found.rank) * figure.per_query(found.rank) for found in used]
    subject, share = add_up([(found.subject, value) for found, value in zip(used, values, strict=True)])
    digest = hashlib.sha256()
    for found in used:
        digest.update("\n".join(sorted(map(str, found.query))).encode() + b"\n\n")
    return SubjectShares(subject, share, digest.digest())


def add_up(parts: Sequence[tuple[np.ndarray, FloatArray]]) -> tuple[np.ndarray, FloatArray]:
    """Sum values by subject over all parts; subjects sorted."""
    subject, index = np.unique(np.concatenate([subject for subject, _ in parts]), return_inverse=True)
    values = np.concatenate([value for _, value in parts])
    return subject, np.bincount(index, weights=values).astype(np.float64)
