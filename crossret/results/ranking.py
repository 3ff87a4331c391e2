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


def places(rows: Mapping[str, Shares], languages: Sequence[str], *, higher_is_better: bool) -> dict[str, Places]:
    """Compare every row with every other, over the languages and seeds that both have.

    A row's best place is one more than the number of rows that are significantly better; its worst place is the number
    of rows less those that are significantly worse. P-values are of the paired randomisation over subjects, corrected
    after Holm over all pairs of rows. Nothing is ranked if two rows cannot be compared.
    """
    pairs: dict[tuple[str, str], Differences] = {}
    for one, other in combinations(rows, 2):
        found = differences_of(rows[one], rows[other], languages)
        if found is None or found.languages != tuple(languages):
            return {}
        pairs[one, other] = found
    ahead: dict[str, set[str]] = {name: set() for name in rows}
    for (one, other), p_value in _p_values(pairs).items():
        if p_value < LEVEL:
            first_is_higher = pairs[one, other].difference.sum() > 0
            better, worse = (one, other) if first_is_higher == higher_is_better else (other, one)
            ahead[worse].add(better)
    return {
        name: Places(1 + len(ahead[name]), len(rows) - sum(name in better for better in ahead.values()))
        for name in rows
    }


def _p_values(pairs: Mapping[tuple[str, str], Differences]) -> dict[tuple[str, str], float]:
    by_subjects: dict[bytes, list[tuple[str, str]]] = defaultdict(list)
    for pair, differences in pairs.items():
        by_subjects[differences.subject.tobytes()].append(pair)
    found: dict[tuple[str, str], float] = {}
    for names in by_subjects.values():
        found.update(zip(names, sign_flip_p_values(np.stack([pairs[n].difference for n in names])), strict=True))
    return dict(zip(found, holm(list(found.values())), strict=True))
