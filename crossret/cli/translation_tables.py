"""Tables about translations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossret.contracts.rendering import Cell, Table
from crossret.contracts.translation import Hop
from crossret.translation.parts import Part

if TYPE_CHECKING:
    from crossret.bench.engine_routes import PairRoutes

PART_COLUMNS = ("what", "route", "texts", "ok", "copied", "failed", "unknown words", "seconds", "sentences/s")
ROUTE_COLUMNS = ("translator", "rank", "route", "modes", "fingerprint")


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


def routes_table(source: str, target: str, found: Sequence[PairRoutes]) -> Table:
    """The routes of every translator, best first, and which modes and versions they use."""
    rows = [(one.translator, place, route) for one in found for place, route in enumerate(one.routes, start=1)]
    return Table(
        f"Routes from {source} to {target}",
        ROUTE_COLUMNS,
        tuple(
            (
                Cell(name, name),
                Cell(str(place), place),
                Cell(str(route), str(route)),
                *(
                    Cell(text, text)
                    for text in (", ".join(h.mode for h in route.hops if h.mode) or "-", route.fingerprint())
                ),
            )
            for name, place, route in rows
        ),
        tuple(dict.fromkeys(_hop(hop) for _, _, route in rows for hop in route.hops)),
    )


def _hop(hop: Hop) -> str:
    version = f": {hop.version}" if hop.version else ""
    return f"{hop.source} → {hop.target}, {hop.engine}{version}"
