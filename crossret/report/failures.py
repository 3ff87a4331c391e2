"""Single queries that went wrong: what was asked, what is right, and what was found instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crossret.contracts.data import Caption, Dataset, Item
from crossret.report.thumbnails import data_uri
from crossret.results.ranks_file import QueryRanks
from crossret.results.record import Record

RIGHT_CAPTIONS = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A thumbnail and what describes it."""

    source: str
    caption: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class HardText:
    """A text whose picture came late."""

    language: str
    text: str
    rank: int
    items: int
    right: Picture
    found: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class FoundText:
    """A found caption; ``meaning`` is a source-language caption of its subject."""

    text: str
    meaning: str
    right: bool


@dataclass(frozen=True, slots=True)
class HardPicture:
    """A picture whose captions came late.

    Attributes:
        right: the first few of its own captions.
    """

    language: str
    picture: Picture
    rank: int
    captions: int
    right: tuple[str, ...]
    found: tuple[FoundText, ...]


@dataclass(frozen=True)
class Side:
    """A gallery in one language, as it was asked.

    Attributes:
        described: a text by subject, in the source language if the gallery has some.
    """

    language: str
    dataset: Dataset
    items: Sequence[Item]
    captions: Sequence[Caption]
    described: Mapping[str, str]

    @classmethod
    def of(cls, record: Record, gallery: str, dataset: Dataset) -> Side:
        """The gallery that a record asked.

        Raises:
            DataError: the data set has none of this name, or no captions in the language.
        """
        protocol, language = record.unit.protocol, record.unit.language
        source = dataset.source_language
        known = source if source in dataset.test_languages(protocol) else language
        captions = [one for one in dataset.captions(protocol, gallery, language) if one.kind == "sentence"]
        described = {one.subject: one.text for one in reversed(dataset.captions(protocol, gallery, known))}
        return cls(language, dataset, dataset.split(protocol, gallery).items, captions, described)

    def picture(self, item: Item, subject: str) -> Picture:
        """The picture of an item, which is right if it shows the subject."""
        caption = self.described.get(item.subject, item.id)
        return Picture(data_uri(self.dataset.image(item)), caption, item.subject == subject)


def hard_texts(side: Side, ranks: QueryRanks, count: int) -> Iterator[HardText]:
    """The worst texts with the picture of each, and the pictures that were found."""
    captions = {caption.id: caption for caption in side.captions}
    items = {item.id: item for item in side.items}
    shown_by = {item.subject: item for item in reversed(side.items)}
    for query, rank, found in _worst(ranks, count):
        caption = captions[query]
        yield HardText(
            side.language,
            caption.text,
            rank,
            len(side.items),
            side.picture(shown_by[caption.subject], caption.subject),
            tuple(side.picture(items[one], caption.subject) for one in found),
        )


def hard_pictures(side: Side, ranks: QueryRanks, count: int) -> Iterator[HardPicture]:
    """The worst pictures with their captions, and the captions that were found."""
    captions = {caption.id: caption for caption in side.captions}
    items = {item.id: item for item in side.items}
    for query, rank, found in _worst(ranks, count):
        item = items[query]
        own = [caption.text for caption in side.captions if caption.subject == item.subject]
        yield HardPicture(
            side.language,
            side.picture(item, item.subject),
            rank,
            len(side.captions),
            tuple(own[:RIGHT_CAPTIONS]),
            tuple(
                FoundText(one.text, side.described.get(one.subject, ""), one.subject == item.subject)
                for one in (captions[name] for name in found)
            ),
        )


def _worst(ranks: QueryRanks, count: int) -> Iterator[tuple[str, int, list[str]]]:
    """Id, rank and ids of what was found."""
    if ranks.failures is None:
        return
    by_query = dict(zip(map(str, ranks.query), map(int, ranks.rank), strict=True))
    for query, found in list(zip(map(str, ranks.failures.query), ranks.failures.found, strict=True))[:count]:
        yield query, by_query[query], [str(one) for one in found]
