"""Published rows of a table: as their source states them, below what was measured, and tested against nothing."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crossret.contracts.rendering import Cell
from crossret.recipe.published import PublishedDirection, PublishedRow, PublishedScores
from crossret.results.board import DASH, Board
from crossret.results.figures import DIRECTIONS, Shown
from crossret.results.selection import Selection

DERIVED = "‡"
RECALLS = 6
# Tables print mAP as a share.
SCALES = {"map": 0.01}


@dataclass(frozen=True, slots=True)
class Given:
    """One number of a published row.

    Attributes:
        derived: the source does not state it, but states what it follows from.
    """

    value: float
    derived: bool = False


def fitting(rows: Iterable[PublishedRow], selection: Selection, gallery: str, board: Board) -> list[PublishedRow]:
    """The rows of a table's data set, protocol and gallery, with one of its languages at least.

    What is published holds for all queries: a table of a subset has none.
    """
    unit = selection.stored[0].record.unit
    place = (unit.dataset, unit.protocol, gallery)
    return [
        row
        for row in rows
        if not selection.subset
        and (row.dataset, row.protocol, row.gallery) == place
        and any(language in row.scores for language in board.languages)
    ]


def published_cells(rows: Sequence[PublishedRow], board: Board, shown: Shown) -> list[tuple[Cell, ...]]:
    """The rows as the table's cells, in their order."""
    return [_cells(row, number, board, shown) for number, row in enumerate(rows, start=1)]


def published_notes(rows: Sequence[PublishedRow], cells: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Where each row comes from, and what its marks mean."""
    if not rows:
        return
    yield "As published: not measured here and not tested; data, features and selection are those of the source."
    if any(cell.mark == DERIVED for row in cells for cell in row):
        yield f"{DERIVED}: not stated by the source, but computed from the figures that it states."
    for number, row in enumerate(rows, start=1):
        said = (row.setting, row.pretraining and f"pre-training: {row.pretraining}", row.note, row.source)
        yield f"[{number}] {row.label}: {'; '.join(filter(None, said))}."


def given(scores: PublishedScores, shown: Shown) -> Given | None:
    """A table's figure as a source states it, or as it follows from what it states."""
    directions = [getattr(scores, name) for name in DIRECTIONS[shown.directions]]
    if shown.metric == "sumr":
        return _sum(scores, directions)
    stated = [getattr(direction, shown.metric) for direction in directions]
    if None in stated:
        return None
    return Given(statistics.fmean(stated) * SCALES.get(shown.metric, 1.0), derived=len(stated) > 1)


def _sum(scores: PublishedScores, directions: Sequence[PublishedDirection]) -> Given | None:
    both = len(directions) > 1
    if both and scores.sumr is not None:
        return Given(scores.sumr)
    recalls = [direction.recalls for direction in directions]
    if None not in recalls:
        return Given(sum(sum(three) for three in recalls if three is not None), derived=True)
    if both and scores.mean_recall is not None:
        return Given(RECALLS * scores.mean_recall, derived=True)
    return None


def _cells(row: PublishedRow, number: int, board: Board, shown: Shown) -> tuple[Cell, ...]:
    value = f"{row.label}, as published"
    label = Cell(f"{value} [{number}]", value, emphasis="quiet")
    stated = {language: given(row.scores[language], shown) for language in board.languages if language in row.scores}
    found = {language: one for language, one in stated.items() if one is not None}
    numbers = [_column(found, languages, shown) for languages in board.columns.values()]
    compared = len(board.header()) - len(board.columns) - 1
    return (label, *numbers, _mean(found, board, shown), *[DASH] * compared)


def _column(found: Mapping[str, Given], languages: Sequence[str], shown: Shown) -> Cell:
    """Only where the source has all of them."""
    if not found.keys() >= set(languages):
        return DASH
    return _number(_over([found[language] for language in languages]), shown)


def _over(given: Sequence[Given]) -> Given:
    return given[0] if len(given) == 1 else Given(statistics.fmean(one.value for one in given), derived=True)


def _number(one: Given, shown: Shown) -> Cell:
    return Cell(shown.figure.text(one.value), one.value, mark=DERIVED if one.derived else "", emphasis="quiet")


def _mean(found: dict[str, Given], board: Board, shown: Shown) -> Cell:
    """In parentheses if the source lacks a language of the table."""
    if not found:
        return DASH
    mean = _over(list(found.values()))
    # Even of one language it is derived, where the table has more.
    cell = _number(replace(mean, derived=mean.derived or len(board.languages) > 1), shown)
    if len(found) == len(board.languages):
        return cell
    return Cell(f"({cell.text})", cell.value, mark=cell.mark, emphasis="quiet")
