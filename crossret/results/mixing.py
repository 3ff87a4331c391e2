"""Rows of different protocols in one table, for who asks for it: side by side, and never compared with one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crossret.contracts.rendering import Cell, Table
from crossret.errors import unknown
from crossret.results.board import DASH
from crossret.results.selection import protocol_of, select
from crossret.results.store import Stored

Make = Callable[..., tuple[Table, ...]]
DIFFERENCE = "Δ"
Parts = dict[str, list[Stored]]


def mixed(
    make: Make,
    stored: Iterable[Stored],
    *,
    gallery: str | None = None,
    languages: Collection[str] | None = None,
    subset: str = "",
    baseline: str | None = None,
    **options: Any,
) -> tuple[Table, ...]:
    """Tables of records of several protocols; galleries of one name share a table.

    Each protocol's rows are made as if they were alone: differences, tests, ranks and the best number are within it.

    Args:
        make: :func:`crossret.results.leaderboard.leaderboard`, or another that takes records and these options.
        stored: the records.
        gallery: only this one; each protocol that has it.
        languages: only these; each protocol that has any of them.
        subset: a restriction of the queries; each protocol that has it.
        baseline: the method to compare with, in each protocol that has it; the others have their own reference row.
        options: further ones of ``make``.

    Raises:
        UsageError: a name that no protocol has, or what ``make`` raises.
        DataError: a file of ranks is damaged.
    """
    parts = _by_protocol(stored)
    parts = _having(parts, "language", languages, lambda one: {one.record.unit.language})
    parts = _having(parts, "gallery", gallery and [gallery], lambda one: {s.gallery for s in one.record.scores})
    parts = _having(parts, "subset", subset and [subset], lambda one: {s.subset for s in one.record.scores} - {""})
    options |= {"baseline": baseline} if baseline is not None else {}
    compared = _having(parts, "baseline method", baseline and [baseline], lambda one: {one.record.unit.method})
    made: dict[str, dict[str, Table]] = defaultdict(dict)
    for protocol, part in parts.items():
        here = [language for language in languages or () if language in {one.record.unit.language for one in part}]
        asked: dict[str, Any] = {"languages": here or None, "subset": subset}
        own = options if protocol in compared else {**options, "baseline": None}
        for name in select(part, gallery=gallery, **asked).galleries:
            (made[name][protocol],) = make(part, gallery=name, **asked, **own)
    return tuple(_merged(name, tables) for name, tables in made.items())


def _by_protocol(stored: Iterable[Stored]) -> Parts:
    parts: Parts = defaultdict(list)
    for one in stored:
        parts[protocol_of(one.record)].append(one)
    return dict(sorted(parts.items()))


def _having(
    parts: Parts, what: str, asked: Collection[str] | str | None, names: Callable[[Stored], Collection[str]]
) -> Parts:
    """The protocols that have any of the names asked for.

    Raises:
        UsageError: none of them has one of the names.
    """
    if not asked:
        return parts
    known = {protocol: {name for one in part for name in names(one)} for protocol, part in parts.items()}
    everywhere = set().union(*known.values())
    for name in asked:
        if name not in everywhere:
            raise unknown(what, name, everywhere)
    return {protocol: part for protocol, part in parts.items() if known[protocol] & set(asked)}


def _merged(gallery: str, tables: Mapping[str, Table]) -> Table:
    if len(tables) == 1:
        return next(iter(tables.values()))
    tables = _with_one_difference(tables)
    label, *rest = _columns([table.columns for table in tables.values()])
    columns = (label, "protocol", *rest)
    rows = [
        _row(columns, dict(zip(table.columns, row, strict=True)) | {"protocol": Cell(protocol, protocol)})
        for protocol, table in tables.items()
        for row in table.rows
    ]
    figure = next(iter(tables.values())).title.rpartition(" – ")[2]
    return Table(f"Gallery {gallery} under {len(tables)} protocols – {figure}", columns, tuple(rows), _notes(tables))


def _with_one_difference(tables: Mapping[str, Table]) -> dict[str, Table]:
    """Where the reference rows have different names, their columns of differences become one."""
    headings = {column for table in tables.values() for column in table.columns if column.startswith(f"{DIFFERENCE} ")}
    if len(headings) < 2:
        return dict(tables)
    return {
        protocol: replace(table, columns=tuple(DIFFERENCE if c in headings else c for c in table.columns))
        for protocol, table in tables.items()
    }


def _columns(headers: Sequence[Sequence[str]]) -> list[str]:
    """All headings, each header's in its order: what a header adds stands right before what follows it there."""
    merged: list[str] = []
    for header in headers:
        place = len(merged)
        for heading in reversed(header):
            if heading in merged:
                place = merged.index(heading)
            else:
                merged.insert(place, heading)
    return merged


def _row(columns: Sequence[str], cells: Mapping[str, Cell]) -> tuple[Cell, ...]:
    return tuple(cells.get(column, DASH) for column in columns)


def _notes(tables: Mapping[str, Table]) -> tuple[str, ...]:
    shared = [note for note in dict.fromkeys(n for t in tables.values() for n in t.notes) if _everywhere(note, tables)]
    lines = [
        "Rows of different protocols do not compare: differences, tests, ranks, means and the best number are within "
        "one protocol, and nothing is claimed between them."
    ]
    for protocol, table in tables.items():
        labels = ", ".join(dict.fromkeys(row[_label_column(table)].text for row in table.rows))
        lines.append(f"{protocol}: {labels} – {table.title.rpartition(' – ')[0]}.")
    own = [f"{p}: {note}" for p, table in tables.items() for note in table.notes if note not in shared]
    return (*lines, *shared, *own)


def _label_column(table: Table) -> int:
    """Which column names the methods."""
    return next((place for place, column in enumerate(table.columns) if column in ("method", "variant")), 0)


def _everywhere(note: str, tables: Mapping[str, Table]) -> bool:
    return all(note in table.notes for table in tables.values())
