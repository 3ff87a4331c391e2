"""Coloured grids: figures by method and language, and comparisons of every two methods."""

from __future__ import annotations

from dataclasses import dataclass

from crossret.report.section import Absent
from crossret.results.board import Board
from crossret.results.comparison import LEVEL
from crossret.results.ranking import Pair


@dataclass(frozen=True, slots=True)
class Shade:
    """A cell; ``strength`` from 0 to 100 is how strongly it is coloured, and ``kind`` chooses the colour."""

    text: str
    strength: int = 0
    kind: str = "plain"
    best: bool = False
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows with a label each."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shade, ...]], ...]


def heat_map(board: Board) -> Grid | Absent:
    """Every method in every language; a column is coloured from its worst to its best number."""
    if len(board.languages) < 2 and len(board.rows) < 2:
        return Absent("No heat map: one method in one language is one number.")
    rows = board.best_first()
    means = {
        language: [row.numbers[language].mean for row in rows if language in row.numbers]
        for language in board.languages
    }

    def shade(found: float | None, language: str) -> Shade:
        if found is None:
            return Shade("–", spoken="not measured")
        low, high = min(means[language]), max(means[language])
        part = (found - low) / (high - low) if high > low else 1.0
        good = part if board.figure.higher_is_better else 1.0 - part
        best = found == board.best.get(language)
        return Shade(board.figure.text(found), round(100 * good), "heat", best)

    return Grid(
        board.languages,
        tuple(
            (
                board.label(row),
                tuple(shade(row.numbers[x].mean if x in row.numbers else None, x) for x in board.languages),
            )
            for row in rows
        ),
    )


def significance(board: Board) -> Grid | Absent:
    """Row less column, and whether the difference may be chance."""
    if board.figure.per_query is None:
        return Absent(f"No significance matrix: there is no paired test of {board.figure.heading}.")
    if not board.pairs:
        return Absent(
            "No significance matrix: fewer than two methods have all languages with ranks of the same queries."
        )
    compared = {name for pair in board.pairs for name in pair}
    rows = [row for row in board.best_first() if row.method in compared]
    sign = 1 if board.figure.higher_is_better else -1

    def shade(one: str, other: str) -> Shade:
        if one == other:
            return Shade("", kind="self", spoken="the same method")
        found = board.pairs.get((one, other)) or _turned(board.pairs[other, one])
        text = f"{'+' if found.difference >= 0 else '−'}{board.figure.text(abs(found.difference))}"
        p_value = "p < 0.001" if found.p_value < 0.001 else f"p = {found.p_value:.3f}"
        if found.p_value >= LEVEL:
            return Shade(text, kind="open", spoken=f"{p_value}, not separable")
        return Shade(text, 100, "better" if sign * found.difference > 0 else "worse", spoken=p_value)

    labels = {row.method: board.label(row) for row in rows}
    return Grid(
        tuple(labels.values()),
        tuple((labels[one], tuple(shade(one, other) for other in labels)) for one in labels),
    )


def _turned(pair: Pair) -> Pair:
    return Pair(-pair.difference, pair.p_value)
