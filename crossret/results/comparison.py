"""Comparisons of rows with a reference row, corrected for their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crossret.results.figures import FloatArray
from crossret.results.paired import holm, paired_tests
from crossret.results.subjects import SubjectShares, add_up

if TYPE_CHECKING:
    from crossret.retrieval.significance import PairedTest

LEVEL = 0.05
Shares = Mapping[str, Mapping[int, SubjectShares | None]]
"""By language and seed."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row against the reference; ``p_value`` is Holm's over the rows that were compared together.

    Attributes:
        effect: the mean difference of a subject in standard deviations of it (Cohen's d of paired samples).
        subjects: how many were compared.
        languages: of which languages.
    """

    test: PairedTest
    p_value: float
    effect: float
    subjects: int
    languages: tuple[str, ...]

    @property
    def significant(self) -> bool:
        """Whether the difference is unlikely to be chance, at 5 %."""
        return self.p_value < LEVEL


@dataclass(frozen=True, slots=True)
class Differences:
    """Per subject ``(S,)``, scaled so that their mean is the difference of the figures.

    Attributes:
        subject: ids.
        languages: of which languages.
    """

    subject: np.ndarray
    difference: FloatArray
    languages: tuple[str, ...]


def compare(rows: Mapping[str, Shares], reference: Shares, languages: Sequence[str]) -> dict[str, Comparison]:
    """Compare rows with the reference, subject by subject, on the mean over languages.

    Of each pair, the languages and seeds that both have are used; first the seeds are averaged, then the languages. A
    row without any, without ranks or with other queries is left out.
    """
    found = {
        name: d for name, shares in rows.items() if (d := differences_of(shares, reference, languages)) is not None
    }
    by_subjects: dict[bytes, list[str]] = defaultdict(list)
    for name, differences in found.items():
        by_subjects[differences.subject.tobytes()].append(name)
    tests: dict[str, PairedTest] = {}
    for names in by_subjects.values():
        tests.update(zip(names, paired_tests(np.stack([found[n].difference for n in names])), strict=True))
    corrected = dict(zip(tests, holm([test.p_value for test in tests.values()]), strict=True))
    return {
        name: Comparison(tests[name], corrected[name], _effect(d.difference), len(d.subject), d.languages)
        for name, d in found.items()
    }


def _effect(differences: FloatArray) -> float:
    deviation = differences.std(ddof=1)
    return float(differences.mean() / deviation) if deviation else 0.0


def differences_of(row: Shares, reference: Shares, languages: Sequence[str]) -> Differences | None:
    """What one row has more than the other, on the mean over seeds and languages that both have.

    ``None`` without any, without ranks, or with other queries.
    """
    seeds = {language: sorted(set(row.get(language, ())) & set(reference.get(language, ()))) for language in languages}
    used = tuple(language for language in languages if seeds[language])
    parts: list[tuple[np.ndarray, FloatArray]] = []
    for language in used:
        weight = 1.0 / (len(used) * len(seeds[language]))
        for seed in seeds[language]:
            ours, theirs = row[language][seed], reference[language][seed]
            if ours is None or theirs is None or ours.queries != theirs.queries:
                return None
            parts += [(ours.subject, weight * ours.share), (theirs.subject, -weight * theirs.share)]
    if not parts:
        return None
    subject, difference = add_up(parts)
    # Rounded, so that subjects with equal scores over several seeds count as equal.
    return Differences(subject, np.round(len(subject) * difference, 9), used)
