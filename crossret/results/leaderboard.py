"""The leaderboard: methods by languages, one table per gallery."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from crossret.contracts.rendering import Table
from crossret.errors import UsageError, unknown
from crossret.recipe.published import PublishedRow
from crossret.results import notes
from crossret.results.board import DASH, Board, board_of
from crossret.results.figures import Directions, Shown
from crossret.results.grouping import BY_LANGUAGE
from crossret.results.published import fitting, published_cells, published_notes
from crossret.results.selection import Selection, select
from crossret.results.store import Stored


def leaderboard(
    stored: Iterable[Stored],
    *,
    metric: str = "sumr",
    direction: Directions = "both",
    gallery: str | None = None,
    languages: Collection[str] | None = None,
    baseline: str | None = None,
    subset: str = "",
    by: str = BY_LANGUAGE,
    published: Collection[PublishedRow] = (),
) -> tuple[Table, ...]:
    """Rank methods; a pure function of the records, whatever their order, and of the published rows.

    Args:
        stored: records of one dataset and protocol.
        metric: ``sumr``, ``r1``, ``r5``, ``r10``, ``medr``, ``meanr`` or ``map``; of two directions SumR is added and
            everything else averaged.
        direction: ``both``, ``t2v`` or ``v2t``.
        gallery: only this one.
        languages: only these.
        baseline: method that the others are compared with; default: the one that its suite marks.
        subset: a restriction of the queries that the records hold scores of.
        by: what a column is: ``language``, ``script``, ``family`` or ``resources``.
        published: rows that stand below the others where data set, protocol, gallery and a language are the same.

    Raises:
        UsageError: an unknown name, or records that do not compare.
        DataError: a file of ranks is damaged.
    """
    shown = Shown.named(metric, direction)
    selection = select(stored, gallery=gallery, languages=languages, subset=subset)
    reference = reference_of(selection, baseline)
    boards = {name: board_of(selection, name, shown, reference, by) for name in selection.galleries}
    return tuple(
        table_of(selection, name, board, fitting(published, selection, name, board), shown)
        for name, board in boards.items()
    )


def table_of(
    selection: Selection, gallery: str, board: Board, published: Sequence[PublishedRow], shown: Shown
) -> Table:
    """One gallery's table: the methods best first, below them the published rows that fit."""
    rows = board.best_first()
    measured = [(board.label_cell(row), *board.cells(row)) for row in rows]
    below = published_cells(published, board, shown)
    columns = ("method", *board.header())
    if board.places:
        columns = ("method", "rank", *columns[1:])
        measured = [(label, board.place(row), *rest) for row, (label, *rest) in zip(rows, measured, strict=True)]
        below = [(label, DASH, *rest) for label, *rest in below]
    said = (
        *notes.reading(board),
        *notes.ranking(board),
        *published_notes(published, below),
        *notes.provenance(selection, gallery),
    )
    return Table(board.title, columns, (*measured, *below), said)


def reference_of(selection: Selection, asked: str | None) -> str | None:
    """The method asked for, or the one that its records mark; without either nothing is compared."""
    methods = {s.record.unit.method for s in selection.stored}
    if asked is not None:
        if asked not in methods:
            raise unknown("baseline method", asked, methods)
        return asked
    marked = sorted({s.record.unit.method for s in selection.stored if s.record.baseline})
    if len(marked) > 1:
        raise UsageError(f"several methods are marked as the baseline: {', '.join(marked)}; name one")
    return marked[0] if marked else None
