"""Tables of what a record depends on, and of how near it a second run comes."""

from __future__ import annotations

from pathlib import Path

from crossret.bench.reproduction import Check, Examination
from crossret.contracts.rendering import Cell, Table
from crossret.results.agreement import Agreement, DirectionAgreement
from crossret.results.figures import DIRECTION_NAMES, FIGURES

SHOWN = ("r1", "r5", "r10", "medr", "meanr", "map")


def check_table(examined: Examination) -> Table:
    """One row per check."""
    notes = [f"Record: {examined.stored.path}", f"Made by: {examined.stored.record.command}"]
    if examined.obstacle:
        notes.append(f"Cannot be computed here: {examined.obstacle}")
    rows = tuple(_check(check) for check in examined.checks)
    title = f"{examined.stored.record.unit}: what it depends on"
    return Table(title, ("what", "recorded", "here", "outcome"), rows, tuple(notes))


def _check(check: Check) -> tuple[Cell, ...]:
    outcome = Cell(check.outcome, check.outcome, emphasis="quiet" if check.passed else "plain")
    return Cell(check.subject, check.subject), _short(check.recorded), _short(check.here), outcome


def _short(text: str) -> Cell:
    """Hashes are told apart by their first digits."""
    digest = len(text) > 16 and all(character in "0123456789abcdef" for character in text)
    return Cell(text[:16] if digest else text, text)


def agreement_table(examined: Examination, found: Agreement, again: Path, tolerance: float) -> Table:
    """One row per gallery and direction; a figure that differs is shown as ``7.0 → 6.9``."""
    moved = "ranks could not be compared" if found.moved is None else f"{found.moved:,} queries have another rank"
    verdict = found.verdict(tolerance)
    notes = (
        f"{verdict.capitalize()}: the largest difference of a figure is {found.largest:.3g} points, {moved}; "
        f"tolerance: {tolerance:g} points (percent of a recall, hundredths of mAP, percent of the ranked for ranks).",
        f"Computed again: {again}",
    )
    columns = ("gallery", "direction", *(FIGURES[name].heading for name in SHOWN), "points", "other ranks")
    title = f"{examined.stored.record.unit}: recorded → computed again"
    return Table(title, columns, tuple(_part(part) for part in found.parts), notes)


def _part(part: DirectionAgreement) -> tuple[Cell, ...]:
    figures = [_figure(part, name) for name in SHOWN]
    points = Cell(f"{part.largest:.3g}", part.largest if part.points else None)
    moved = Cell("–") if part.moved is None else Cell(f"{part.moved:,} of {part.queries:,}", float(part.moved))
    return (
        Cell(part.gallery, part.gallery),
        Cell(DIRECTION_NAMES[part.direction], part.direction),
        *figures,
        points,
        moved,
    )


def _figure(part: DirectionAgreement, name: str) -> Cell:
    figure = FIGURES[name]
    texts = [
        "–" if direction is None else figure.text(figure.of_direction(direction))
        for direction in (part.recorded, part.found)
    ]
    if part.points.get(name) == 0:
        return Cell(texts[0], figure.of_direction(part.recorded) if part.recorded else None)
    value = figure.of_direction(part.found) if part.found else None
    return Cell(" → ".join(texts), value)
