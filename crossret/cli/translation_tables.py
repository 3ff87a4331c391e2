"""Tables about translations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crossret.contracts.rendering import Cell, Table
from crossret.translation.parts import Part

PART_COLUMNS = ("what", "route", "texts", "ok", "copied", "failed", "unknown words", "seconds", "sentences/s")


def parts_table(title: str, parts: Sequence[Part], notes: Sequence[str]) -> Table:
    """What was translated, one line per part; counts are of captions, ``texts`` of distinct ones."""
    return Table(title, PART_COLUMNS, tuple(map(_part, parts)), tuple(notes))


def _part(part: Part) -> tuple[Cell, ...]:
    texts = len({caption.text for caption in part.captions})
    statuses = Counter(answer.status for answer in part.answers)
    rate = texts / part.seconds if part.seconds else 0.0
    numbers = (texts, statuses["ok"], statuses["copied"], statuses["failed"], sum(a.unknown for a in part.answers))
    return (
        Cell(part.purpose, part.purpose),
        Cell(str(part.route), str(part.route)),
        *(Cell(f"{number:,}", number) for number in numbers),
        Cell(f"{part.seconds:.1f}", part.seconds),
        Cell(f"{rate:,.0f}", rate),
    )
