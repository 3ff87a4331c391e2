"""The numbers of one table: rows and languages of one gallery, compared with a reference row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crossret.contracts.rendering import Cell, Emphasis
from crossret.results.comparison import Comparison, Shares, compare
from crossret.results.figures import Figure, Shown
from crossret.results.grouping import BY_LANGUAGE, columns_of
from crossret.results.ranking import Pair, Places, pairwise, places_of
from crossret.results.selection import Selection
from crossret.results.statistics import Row, Sample, rows_of
from crossret.results.subjects import ranks_name, subject_shares

DASH = Cell("–")
NOT_SIGNIFICANT = "†"
ORACLE = "oracle"
MEAN = ""
"""The column of the mean over languages, among columns named by their language."""


@dataclass(frozen=True, slots=True)
class Board:
    """One gallery's numbers.

    Attributes:
        columns: the languages of each, by heading.
        rows: by method name.
        reference: the row that the others are compared with.
        comparisons: by column and method.
        best: the best number per column, oracle rows aside.
        pairs: every two methods that have all languages, compared; oracle rows aside.
        places: by method, where rows can be told apart at all; oracle rows aside.
    """

    figure: Figure
    title: str
    columns: Mapping[str, tuple[str, ...]]
    rows: tuple[Row, ...]
    reference: Row | None
    comparisons: Mapping[str, Mapping[str, Comparison]]
    best: Mapping[str, float]
    pairs: Mapping[tuple[str, str], Pair]
    places: Mapping[str, Places]

    @property
    def languages(self) -> tuple[str, ...]:
        """All of them, whatever column they are in."""
        return tuple(sorted(language for languages in self.columns.values() for language in languages))

    def label(self, row: Row) -> str:
        """The row's label, with the method's name where labels are equal."""
        label = row.record.label or row.method
        same = Counter(other.record.label or other.method for other in self.rows)
        return f"{label} ({row.method})" if same[label] > 1 else label

    def label_cell(self, row: Row) -> Cell:
        """The first cell of the row."""
        label = self.label(row)
        return Cell(label, label, emphasis="quiet" if row.record.group == ORACLE else "plain")

    def header(self) -> tuple[str, ...]:
        """Headings of :meth:`cells`."""
        numbers = (*self.columns, "mean")
        return (
            numbers
            if self.reference is None
            else (*numbers, f"Δ to {self.label(self.reference)}", "95 % interval", "p", "d")
        )

    def cells(self, row: Row) -> tuple[Cell, ...]:
        """Numbers per column, the mean over languages, and the comparison with the reference."""
        numbers = (*(self._number(row, heading) for heading in self.columns), self._mean(row))
        return numbers if self.reference is None else (*numbers, *self._compared(row, self.reference))

    def place(self, row: Row) -> Cell:
        """Which places the row may have."""
        found = self.places.get(row.method)
        return DASH if found is None else Cell(str(found), found.best)

    def best_first(self) -> list[Row]:
        """Oracle rows last, before them rows that lack a language: their mean is of other languages."""
        sign = -1 if self.figure.higher_is_better else 1
        return sorted(
            self.rows,
            key=lambda r: (r.record.group == ORACLE, not r.complete, sign * r.mean.mean, r.method),
        )

    def _number(self, row: Row, heading: str) -> Cell:
        return self._cell(row, heading, row.columns[heading]) if heading in row.columns else DASH

    def _mean(self, row: Row) -> Cell:
        if row.complete:
            return self._cell(row, MEAN, row.mean)
        return Cell(f"({row.mean.text(self.figure)})", row.mean.mean, row.mean.deviation, emphasis="quiet")

    def _cell(self, row: Row, column: str, number: Sample) -> Cell:
        comparison = self.comparisons.get(column, {}).get(row.method)
        mark = NOT_SIGNIFICANT if comparison is not None and not comparison.significant else ""
        oracle = row.record.group == ORACLE
        best = not oracle and number.mean == self.best.get(column)
        emphasis: Emphasis = "quiet" if oracle else "best" if best else "plain"
        return Cell(number.text(self.figure), number.mean, number.deviation, mark, emphasis)

    def _compared(self, row: Row, reference: Row) -> tuple[Cell, Cell, Cell, Cell]:
        """Difference, interval, p-value and effect size; the bare difference of means where no test is possible."""
        comparison = self.comparisons.get(MEAN, {}).get(row.method)
        if row is reference or (comparison is None and not (row.complete and reference.complete)):
            return DASH, DASH, DASH, DASH
        if comparison is None:
            difference = row.mean.mean - reference.mean.mean
            return Cell(self._signed(difference), difference), DASH, DASH, DASH
        test, p_value = comparison.test, comparison.p_value
        interval = f"{self._signed(test.low)} to {self._signed(test.high)}"
        return (
            Cell(self._signed(test.difference), test.difference),
            Cell(interval, interval),
            Cell("< 0.001" if p_value < 0.001 else f"{p_value:.3f}", p_value),
            Cell(f"{'+' if comparison.effect >= 0 else '−'}{abs(comparison.effect):.2f}", comparison.effect),
        )

    def _signed(self, value: float) -> str:
        return ("+" if value >= 0 else "−") + self.figure.text(abs(value))


def board_of(
    selection: Selection, gallery: str, shown: Shown, reference_method: str | None, by: str = BY_LANGUAGE
) -> Board:
    """Gather and compare the numbers of one gallery; for groupings see :func:`crossret.results.grouping.columns_of`.

    Raises:
        UsageError: an unknown grouping.
        DataError: a file of ranks is damaged.
    """
    languages = sorted({one.record.unit.language for one in selection.having(gallery)})
    columns = columns_of(languages, by)
    rows = rows_of(selection, gallery, shown, columns)
    reference = next((row for row in rows if row.method == reference_method), None)
    shares = _shares_of(rows, ranks_name(gallery, selection.subset), shown)
    ranked = {row.method: shares[row.method] for row in rows if row.complete and row.record.group != ORACLE}
    pairs = pairwise(ranked, languages)
    return Board(
        shown.figure,
        f"{table_subject(selection, gallery)} – {shown.heading}",
        columns,
        tuple(rows),
        reference,
        {} if reference is None else _comparisons(shares, reference.method, columns),
        _best(rows, shown.figure, columns),
        pairs,
        places_of(pairs, higher_is_better=shown.figure.higher_is_better),
    )


def _shares_of(rows: Sequence[Row], name: str, shown: Shown) -> dict[str, Shares]:
    return {
        row.method: {
            language: {seed: subject_shares(stored, name, shown) for seed, stored in seeds.items()}
            for language, seeds in row.units.items()
        }
        for row in rows
    }


def _comparisons(
    shares: Mapping[str, Shares], reference: str, columns: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Comparison]]:
    others = {method: found for method, found in shares.items() if method != reference}
    everything = [language for languages in columns.values() for language in languages]
    return {
        heading: compare(others, shares[reference], languages)
        for heading, languages in {**columns, MEAN: sorted(everything)}.items()
    }


def _best(rows: Sequence[Row], figure: Figure, headings: Iterable[str]) -> dict[str, float]:
    choose = max if figure.higher_is_better else min
    ranked = [row for row in rows if row.record.group != ORACLE]
    found = {name: [row.columns[name].mean for row in ranked if name in row.columns] for name in headings}
    found[MEAN] = [row.mean.mean for row in ranked if row.complete]
    return {heading: choose(values) for heading, values in found.items() if values}


def table_subject(selection: Selection, gallery: str) -> str:
    """Suite, data, gallery and how much was asked, e.g. ``toys: toy/human, gallery test (10 text and …)``."""
    stored = selection.having(gallery)
    scores = [selection.scores(one, gallery) for one in stored]
    suites = ", ".join(sorted({one.record.suite for one in stored}))
    unit = stored[0].record.unit
    subset = f", only {selection.subset}" if selection.subset else ""
    text, visual = _range([s.t2v.queries for s in scores]), _range([s.v2t.queries for s in scores])
    asked = f"{text} text and {visual} visual queries, {_range([s.items for s in scores])} items"
    return f"{suites}: {unit.dataset}/{unit.protocol}, gallery {gallery}{subset} ({asked})"


def _range(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
