"""Numbers over seeds: one row per method, one sample per language, and their mean over languages."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from crossret.results.figures import Figure, Shown
from crossret.results.record import Record
from crossret.results.selection import Selection
from crossret.results.store import Stored


@dataclass(frozen=True, slots=True)
class Sample:
    """Mean and sample standard deviation over seeds; no deviation with one seed."""

    mean: float
    deviation: float | None
    seeds: int

    def text(self, figure: Figure) -> str:
        """``145.0 ± 1.4``, or the mean alone."""
        mean = figure.text(self.mean)
        return mean if self.deviation is None else f"{mean} ± {figure.text(self.deviation)}"


@dataclass(frozen=True, slots=True)
class Row:
    """One method on one gallery.

    Attributes:
        units: records by language and seed.
        numbers: the figure per language.
        columns: the figure per column of the table, where the row has all languages of it; every language counts the
            same, the deviation is that of the mean over the column's languages.
        mean: mean over the languages it has; the deviation is that of the mean over languages, over the seeds that
            all its languages have.
        complete: whether it has every language of the table.
    """

    method: str
    units: Mapping[str, Mapping[int, Stored]]
    numbers: Mapping[str, Sample]
    columns: Mapping[str, Sample]
    mean: Sample
    complete: bool

    @property
    def record(self) -> Record:
        """One of its records, for what they have in common."""
        return next(iter(next(iter(self.units.values())).values())).record


def sample(values: Sequence[float]) -> Sample:
    """Summarise one figure of several seeds."""
    deviation = statistics.stdev(values) if len(values) > 1 else None
    return Sample(statistics.fmean(values), deviation, len(values))


def rows_of(selection: Selection, gallery: str, shown: Shown, columns: Mapping[str, Collection[str]]) -> list[Row]:
    """The methods that have scores on a gallery, by name; the columns hold all languages of the gallery."""
    stored = selection.having(gallery)
    methods: dict[str, dict[str, dict[int, Stored]]] = defaultdict(lambda: defaultdict(dict))
    for one in stored:
        unit = one.record.unit
        methods[unit.method][unit.language][unit.seed] = one

    def values(seeds: Mapping[int, Stored]) -> dict[int, float]:
        return {seed: shown.of(selection.scores(one, gallery)) for seed, one in seeds.items()}

    return [
        _row(method, units, {language: values(seeds) for language, seeds in units.items()}, columns)
        for method, units in sorted(methods.items())
    ]


def _row(
    method: str,
    units: Mapping[str, Mapping[int, Stored]],
    values: Mapping[str, Mapping[int, float]],
    columns: Mapping[str, Collection[str]],
) -> Row:
    numbers = {language: sample(list(seeds.values())) for language, seeds in values.items()}
    whole = {
        heading: _over_languages({language: values[language] for language in languages}, numbers)
        for heading, languages in columns.items()
        if values.keys() >= set(languages)
    }
    return Row(method, units, numbers, whole, _over_languages(values, numbers), complete=len(whole) == len(columns))


def _over_languages(values: Mapping[str, Mapping[int, float]], numbers: Mapping[str, Sample]) -> Sample:
    """Every language counts the same, however many seeds it has."""
    common = set.intersection(*(set(seeds) for seeds in values.values()))
    per_seed = sample([statistics.fmean(seeds[seed] for seeds in values.values()) for seed in sorted(common)] or [0.0])
    return Sample(statistics.fmean(numbers[language].mean for language in values), per_seed.deviation, len(common))
