"""The hardest queries: what was asked, what is right, and the pictures that were found instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crossret.contracts.data import Dataset, Item
from crossret.errors import CrossretError
from crossret.report.section import Absent
from crossret.report.thumbnails import data_uri
from crossret.results.board import ORACLE, Board
from crossret.results.record import Record
from crossret.results.statistics import Row
from crossret.results.store import Stored

QUERIES = 20


@dataclass(frozen=True, slots=True)
class Picture:
    """A thumbnail and what describes it."""

    source: str
    caption: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class HardQuery:
    """One query that went wrong."""

    language: str
    text: str
    rank: int
    items: int
    right: Picture
    found: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Hardest:
    """The worst text queries of one method."""

    method: str
    queries: tuple[HardQuery, ...]


def hardest(board: Board, gallery: str, dataset: Dataset | Absent) -> Hardest | Absent:
    """The worst queries of the best method whose records kept them, the same number in every language.

    Trained methods go before untrained ones: those fail where words are not shared, whatever the picture.
    """
    rows = sorted(board.best_first(), key=lambda row: not row.record.training_key)
    row = next((row for row in rows if row.record.group != ORACLE and _kept(row, gallery)), None)
    if row is None:
        return Absent("No hardest queries: these records were written before what was found was kept; run them again.")
    if isinstance(dataset, Absent):
        return Absent(f"No pictures of the hardest queries: {dataset.why}")
    each = max(1, QUERIES // len(row.units))
    try:
        queries = tuple(
            query for seeds in row.units.values() for query in _queries(seeds[min(seeds)], gallery, dataset, each)
        )
    except CrossretError as error:
        return Absent(f"No pictures of the hardest queries: {error}")
    return Hardest(board.label(row), queries[:QUERIES])


def _kept(row: Row, gallery: str) -> bool:
    return all(_failed(seeds[min(seeds)], gallery) for seeds in row.units.values())


def _failed(stored: Stored, gallery: str) -> bool:
    if not stored.path.with_name(stored.record.ranks_file).is_file():
        return False
    ranks = stored.ranks().get(gallery, {}).get("t2v")
    return ranks is not None and ranks.failures is not None


def _queries(stored: Stored, gallery: str, dataset: Dataset, count: int) -> Iterator[HardQuery]:
    record = stored.record
    protocol, language = record.unit.protocol, record.unit.language
    ranks = stored.ranks()[gallery]["t2v"]
    assert ranks.failures is not None
    by_query = dict(zip(map(str, ranks.query), map(int, ranks.rank), strict=True))
    captions = {caption.id: caption for caption in dataset.captions(protocol, gallery, language)}
    split = dataset.split(protocol, gallery)
    items = {item.id: item for item in split.items}
    shown_by = {item.subject: item for item in reversed(split.items)}
    described = _described(dataset, record, gallery)

    def picture(item: Item, subject: str) -> Picture:
        return Picture(data_uri(dataset.image(item)), described.get(item.subject, item.id), item.subject == subject)

    for query, found in list(zip(map(str, ranks.failures.query), ranks.failures.found, strict=True))[:count]:
        caption = captions[query]
        yield HardQuery(
            language,
            caption.text,
            by_query[query],
            len(split.items),
            picture(shown_by[caption.subject], caption.subject),
            tuple(picture(items[str(one)], caption.subject) for one in found),
        )


def _described(dataset: Dataset, record: Record, gallery: str) -> Mapping[str, str]:
    """A text by subject, in the source language if the gallery has some."""
    known = dataset.test_languages(record.unit.protocol)
    language = dataset.source_language if dataset.source_language in known else record.unit.language
    captions = dataset.captions(record.unit.protocol, gallery, language)
    return {caption.subject: caption.text for caption in reversed(captions)}
