"""Rank groups: which places a row may have, where an order by the means alone would claim too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from crossret.results.comparison import LEVEL, Differences, Shares, differences_of
from crossret.results.paired import holm, sign_flip_p_values


@dataclass(frozen=True, slots=True)
class Places:
    """The places that a row may have among those ranked with it, from 1."""

    best: int
    worst: int

    def __str__(self) -> str:
        """``1–3``, or ``2``."""
        return str(self.best) if self.best == self.worst else f"{self.best}–{self.worst}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows compared: what the first has more than the second, and Holm's p-value over all pairs of rows."""

    difference: float
    p_value: float


def pairwise(rows: Mapping[str, Shares], languages: Sequence[str]) -> dict[tuple[str, str], Pair]:
    """Compare every row with every other, over the languages and seeds that both have; each pair once.

    P-values are of the paired randomisation over subjects. There are no pairs if two rows cannot be compared.
    """
    pairs: dict[tuple[str, str], Differences] = {}
    for one, other in combinations(rows, 2):
        found = differences_of(rows[one], rows[other], languages)
        if found is None or found.languages != tuple(languages):
            return {}
        pairs[one, other] = found
    corrected = _p_values(pairs)
    return {pair: Pair(float(found.difference.mean()), corrected[pair]) for pair, found in pairs.items()}


def places_of(pairs: Mapping[tuple[str, str], Pair], *, higher_is_better: bool) -> dict[str, Places]:
    """The places of rows that were all compared with one another; none without pairs.

    A row's best place is one more than the number of rows that are significantly better; its worst place is the number
    of rows less those that are significantly worse.
    """
    ahead: dict[str, set[str]] = {name: set() for pair in pairs for name in pair}
    for (one, other), found in pairs.items():
        if found.p_value < LEVEL:
            better, worse = (one, other) if (found.difference > 0) == higher_is_better else (other, one)
            ahead[worse].add(better)
    return {
        name: Places(1 + len(ahead[name]), len(ahead) - sum(name in better for better in ahead.values()))
        for name in ahead
    }


def places(rows: Mapping[str, Shares], languages: Sequence[str], *, higher_is_better: bool) -> dict[str, Places]:
    """The places of rows by :func:`pairwise`."""
    return places_of(pairwise(rows, languages), higher_is_better=higher_is_better)


def _p_values(pairs: Mapping[tuple[str, str], Differences]) -> dict[tuple[str, str], float]:
    by_subjects: dict[bytes, list[tuple[str, str]]] = defaultdict(list)
    for pair, differences in pairs.items():
        by_subjects[differences.subject.tobytes()].append(pair)
    found: dict[tuple[str, str], float] = {}
    for names in by_subjects.values():
        found.update(zip(names, sign_flip_p_values(np.stack([pairs[n].difference for n in names])), strict=True))
    return dict(zip(found, holm(list(found.values())), strict=True))
