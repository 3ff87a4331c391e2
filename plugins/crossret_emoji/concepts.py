"""The concepts: what is drawn, by whom, and where each protocol puts it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from crossret.errors import DataError
from crossret_emoji.layout import CONCEPT_COLUMNS, CONCEPTS, DESIGNS
from crossret_emoji.tables import read_table


@dataclass(frozen=True, slots=True)
class Concept:
    """One row of ``concepts.csv``.

    Attributes:
        id: hexadecimal code points joined by ``-``, without the variation selector.
        split: part of protocol ``cross-concept``: ``train``, ``val`` or ``test``.
        cross_design: part of protocol ``cross-design`` in which its names are queries: ``val`` or ``test``.
        designs: the designs that draw it.
    """

    id: str
    emoji: str
    name: str
    group: str
    subgroup: str
    split: str
    cross_design: str
    designs: frozenset[str]


def load_concepts(root: Path) -> tuple[Concept, ...]:
    """All concepts in file order.

    Raises:
        DataError: the table is missing or malformed.
    """
    rows = read_table(root, CONCEPTS, CONCEPT_COLUMNS)
    concepts = tuple(_concept(row, number) for number, row in enumerate(rows, start=2))
    if len({concept.id for concept in concepts}) != len(concepts):
        raise DataError(f"{CONCEPTS}: found an id twice; expected unique ids")
    return concepts


def _concept(row: list[str], number: int) -> Concept:
    id_, emoji, name, group, subgroup, _, split, cross_design, *drawn = row
    _check(number, "split", split, ("train", "val", "test"))
    _check(number, "cross_design", cross_design, ("val", "test"))
    for design, flag in zip(DESIGNS, drawn, strict=True):
        _check(number, design, flag, ("0", "1"))
    designs = frozenset(design for design, flag in zip(DESIGNS, drawn, strict=True) if flag == "1")
    return Concept(id_, emoji, name, group, subgroup, split, cross_design, designs)


def _check(number: int, column: str, value: str, allowed: Collection[str]) -> None:
    if value not in allowed:
        raise DataError(f"{CONCEPTS}, row {number}, column {column}: found {value!r}; expected {' or '.join(allowed)}")
