"""The hardest queries of the best method, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from crossret.contracts.data import Dataset
from crossret.errors import CrossretError
from crossret.report.failures import HardPicture, HardText, Side, hard_pictures, hard_texts
from crossret.report.section import Absent
from crossret.results.board import ORACLE, Board
from crossret.results.ranks_file import DirectionName, QueryRanks
from crossret.results.statistics import Row
from crossret.results.store import Stored

QUERIES = 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hardest:
    """The worst queries of one method, the same number in every language."""

    method: str
    texts: tuple[HardText, ...]
    pictures: tuple[HardPicture, ...] | Absent


def hardest(board: Board, gallery: str, dataset: Dataset | Absent) -> Hardest | Absent:
    """The worst queries of the best method whose records kept them.

    Trained methods go before untrained ones: those fail where words are not shared, whatever the picture.
    """
    rows = sorted(board.best_first(), key=lambda row: not row.record.training_key)
    row = next((row for row in rows if row.record.group != ORACLE and _kept(row, gallery, "t2v")), None)
    if row is None:
        return Absent("No hardest queries: these records were written before what was found was kept; run them again.")
    if isinstance(dataset, Absent):
        return Absent(f"No pictures of the hardest queries: {dataset.why}")
    try:
        texts = tuple(_of_each_language(row, gallery, dataset, "t2v", hard_texts))
        pictures: tuple[HardPicture, ...] | Absent = Absent(
            "No hardest pictures: these records were written before they were kept; run them again."
        )
        if _kept(row, gallery, "v2t"):
            pictures = tuple(_of_each_language(row, gallery, dataset, "v2t", hard_pictures))
    except CrossretError as error:
        return Absent(f"No pictures of the hardest queries: {error}")
    return Hardest(board.label(row), texts, pictures)


def _of_each_language(
    row: Row,
    gallery: str,
    dataset: Dataset,
    direction: DirectionName,
    shown: Callable[[Side, QueryRanks, int], Iterator[T]],
) -> Iterator[T]:
    """Those of the first seed: what goes wrong in one training mostly goes wrong in the others."""
    each = max(1, QUERIES // len(row.units))
    for seeds in row.units.values():
        stored = seeds[min(seeds)]
        yield from shown(Side.of(stored.record, gallery, dataset), stored.ranks()[gallery][direction], each)


def _kept(row: Row, gallery: str, direction: DirectionName) -> bool:
    return all(_failed(seeds[min(seeds)], gallery, direction) for seeds in row.units.values())


def _failed(stored: Stored, gallery: str, direction: DirectionName) -> bool:
    if not stored.path.with_name(stored.record.ranks_file).is_file():
        return False
    ranks = stored.ranks().get(gallery, {}).get(direction)
    return ranks is not None and ranks.failures is not None
