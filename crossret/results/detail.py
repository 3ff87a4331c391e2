"""The long table: every figure of every method, language and direction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from crossret.contracts.rendering import Cell, Table
from crossret.results import notes
from crossret.results.board import Board, board_of, table_subject
from crossret.results.figures import DIRECTION_NAMES, DIRECTIONS, FIGURES, Shown
from crossret.results.ranks_file import DirectionName
from crossret.results.record import Direction
from crossret.results.selection import Selection, select
from crossret.results.statistics import Row, sample
from crossret.results.store import Stored

SHOWN = ("r1", "r5", "r10", "medr", "meanr", "map")
COLUMNS = ("language", "method", "direction", *(FIGURES[name].heading for name in SHOWN), "queries", "seeds")


def detail(
    stored: Iterable[Stored],
    *,
    gallery: str | None = None,
    languages: Collection[str] | None = None,
    subset: str = "",
) -> tuple[Table, ...]:
    """Recalls, ranks and mAP per language, method and direction; one table per gallery.

    Raises:
        UsageError: an unknown name, or records that do not compare.
    """
    selection = select(stored, gallery=gallery, languages=languages, subset=subset)
    return tuple(_table(selection, name) for name in selection.galleries)


def _table(selection: Selection, gallery: str) -> Table:
    board = board_of(selection, gallery, Shown.named("sumr", "both"), None)
    rows = tuple(
        _line(board, row, language, direction, _of_seeds(selection, gallery, row, language, direction))
        for language in board.languages
        for row in board.best_first()
        if language in row.units
        for direction in DIRECTIONS["both"]
    )
    below = (notes.seeds(board), *notes.provenance(selection, gallery))
    return Table(f"{table_subject(selection, gallery)} – all figures", COLUMNS, rows, below)


def _of_seeds(selection: Selection, gallery: str, row: Row, language: str, direction: DirectionName) -> list[Direction]:
    return [getattr(selection.scores(stored, gallery), direction) for stored in row.units[language].values()]


def _line(
    board: Board, row: Row, language: str, direction: DirectionName, of_seeds: Sequence[Direction]
) -> tuple[Cell, ...]:
    figures = [FIGURES[name] for name in SHOWN]
    samples = [sample([figure.of_direction(found) for found in of_seeds]) for figure in figures]
    queries = max(found.queries for found in of_seeds)
    return (
        Cell(language, language),
        board.label_cell(row),
        Cell(DIRECTION_NAMES[direction], direction),
        *(Cell(s.text(figure), s.mean, s.deviation) for figure, s in zip(figures, samples, strict=True)),
        Cell(f"{queries:,}", float(queries)),
        Cell(str(len(of_seeds)), float(len(of_seeds))),
    )
