"""The ablation table: which objective terms each variant has, and what it loses without the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from crossret.contracts.rendering import Cell, Table
from crossret.errors import UsageError, unknown
from crossret.results import notes
from crossret.results.board import Board, board_of
from crossret.results.figures import Directions, Shown
from crossret.results.grouping import BY_LANGUAGE
from crossret.results.record import Record
from crossret.results.selection import Selection, select
from crossret.results.store import Stored

PRESENT = Cell("✓", 1.0)
ABSENT = Cell("", 0.0)


def ablation(
    stored: Iterable[Stored],
    *,
    metric: str = "sumr",
    direction: Directions = "both",
    gallery: str | None = None,
    languages: Collection[str] | None = None,
    baseline: str | None = None,
    subset: str = "",
    by: str = BY_LANGUAGE,
) -> tuple[Table, ...]:
    """Compare a method with its variants that lack a component; a pure function of the records.

    Args:
        stored: records of one dataset and protocol; other methods among them are left out.
        metric: as of the leaderboard.
        direction: ``both``, ``t2v`` or ``v2t``.
        gallery: only this one.
        languages: only these.
        baseline: the full method; default: of those that lack nothing, the one with the most terms.
        subset: a restriction of the queries that the records hold scores of.
        by: what a column is, as of the leaderboard.

    Raises:
        UsageError: an unknown name, records that do not compare, no full method or no variant of it.
        DataError: a file of ranks is damaged.
    """
    shown = Shown.named(metric, direction)
    available = list(stored)
    full = _full_method([s.record for s in available], baseline)
    related = [s for s in available if s.record.unit.method == full or s.record.ablated]
    selection = select(related, gallery=gallery, languages=languages, subset=subset)
    return tuple(_table(selection, name, board_of(selection, name, shown, full, by)) for name in selection.galleries)


def _full_method(records: Sequence[Record], asked: str | None) -> str:
    if not any(record.ablated for record in records):
        raise UsageError("no ablation among the records: none of them has a component switched off")
    terms = {r.unit.method: len(r.terms) for r in records if not r.ablated}
    if asked is not None:
        if asked not in terms:
            raise unknown("full method", asked, terms)
        return asked
    most = sorted(method for method, count in terms.items() if count == max(terms.values()))
    if not most:
        raise UsageError("no full method among the records: each of them has a component switched off")
    marked = [method for method in most if any(r.baseline and r.unit.method == method for r in records)]
    most = marked or most
    if len(most) > 1:
        raise UsageError(f"several methods could be the full one: {', '.join(most)}; name it as the baseline")
    return most[0]


def _table(selection: Selection, gallery: str, board: Board) -> Table:
    full = board.reference
    if full is None:
        raise UsageError(f"the full method has no scores on gallery {gallery!r} in these languages")
    ordered = [full, *(row for row in board.best_first() if row is not full)]
    terms = dict.fromkeys(term for row in ordered for term in row.record.terms)
    others = dict.fromkeys(name for row in ordered for name in row.record.ablated if name not in terms)
    rows = tuple(
        (
            board.label_cell(row),
            *(PRESENT if term in row.record.terms else ABSENT for term in terms),
            *(ABSENT if name in row.record.ablated else PRESENT for name in others),
            *board.cells(row),
        )
        for row in ordered
    )
    below = (*notes.reading(board), *notes.provenance(selection, gallery))
    return Table(f"{board.title}, ablation", ("variant", *terms, *others, *board.header()), rows, below)
