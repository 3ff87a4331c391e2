"""A chapter per suite, data set and protocol: only what compares stands together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from crossret.contracts.rendering import Table
from crossret.errors import CrossretError
from crossret.recipe.published import PublishedRow
from crossret.registry import Registry
from crossret.report.curves import learning_curves, noise_curve
from crossret.report.data_card import DataCard, data_card, data_of
from crossret.report.grids import Grid, heat_map, significance
from crossret.report.hardest import Hardest, hardest
from crossret.report.line_chart import LineChart
from crossret.report.section import Absent
from crossret.results.ablation import ablation
from crossret.results.board import Board, board_of
from crossret.results.figures import Shown
from crossret.results.leaderboard import reference_of, table_of
from crossret.results.published import fitting
from crossret.results.record import Record
from crossret.results.selection import Selection, protocol_of, select
from crossret.results.store import Stored


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report shows.

    Attributes:
        baseline: method to compare with; ``None``: the one that its suite marks.
        data_options: options of the data sets on this machine.
    """

    shown: Shown
    languages: Collection[str] | None
    baseline: str | None
    data_options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class GalleryPart:
    """Everything that is of one gallery."""

    name: str
    board: Board
    leaderboard: Table
    heat_map: Grid | Absent
    ablation: Table | Absent
    noise: LineChart | Absent
    significance: Grid | Absent
    hardest: Hardest | Absent


@dataclass(frozen=True, slots=True)
class Chapter:
    """Records that compare."""

    suite: str
    records: tuple[Record, ...]
    galleries: tuple[GalleryPart, ...]
    learning: tuple[LineChart, ...] | Absent
    data: DataCard

    @property
    def commands(self) -> tuple[str, ...]:
        """What made the records."""
        return tuple(sorted({record.command for record in self.records}))

    @property
    def versions(self) -> dict[str, tuple[str, ...]]:
        """Versions of packages and plugins, each once; several where records differ."""
        found: dict[str, set[str]] = defaultdict(set)
        for record in self.records:
            for name, version in (*record.environment.versions.items(), *record.made_by.items()):
                found[name].add(version)
        return {name: tuple(sorted(versions)) for name, versions in sorted(found.items())}

    @property
    def devices(self) -> tuple[str, ...]:
        """What the records were made on."""
        return tuple(sorted({record.environment.device for record in self.records}))

    @property
    def finished(self) -> str:
        """When the last record was written."""
        return max(record.finished for record in self.records)


def chapters(
    stored: Sequence[Stored], published: Sequence[PublishedRow], asked: Asked, registry: Registry
) -> tuple[Chapter, ...]:
    """The chapters of records, by suite, data set and protocol.

    Raises:
        UsageError: an unknown language or method, or no records.
        DataError: a file of ranks is damaged.
    """
    groups: dict[tuple[str, str], list[Stored]] = defaultdict(list)
    for one in stored:
        groups[one.record.suite, protocol_of(one.record)].append(one)
    return tuple(_chapter(group, published, asked, registry) for _, group in sorted(groups.items()))


def _chapter(stored: Sequence[Stored], published: Sequence[PublishedRow], asked: Asked, registry: Registry) -> Chapter:
    selection = select(stored, languages=asked.languages)
    records = tuple(one.record for one in selection.stored)
    dataset = data_of(records[0], asked.data_options, registry)
    reference = reference_of(selection, asked.baseline)
    boards = {name: board_of(selection, name, asked.shown, reference) for name in selection.galleries}

    def part(name: str, board: Board) -> GalleryPart:
        rows = fitting(published, selection, name, board)
        return GalleryPart(
            name,
            board,
            table_of(selection, name, board, rows, asked.shown),
            heat_map(board),
            _ablation(selection, name, asked),
            noise_curve(board),
            significance(board),
            hardest(board, name, dataset),
        )

    first = next(iter(boards.values()))
    return Chapter(
        records[0].suite,
        records,
        tuple(part(name, board) for name, board in boards.items()),
        learning_curves(first),
        data_card(records, dataset),
    )


def _ablation(selection: Selection, gallery: str, asked: Asked) -> Table | Absent:
    shown = asked.shown
    try:
        (table,) = ablation(
            selection.stored, metric=shown.metric, direction=shown.directions, gallery=gallery, baseline=asked.baseline
        )
    except CrossretError as error:
        return Absent(f"No ablation table: {error}.")
    return table
