"""A trained model with the galleries it has embedded: pictures for a text, and captions for a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from crossret.bench.asking import check_language, device_of, translated_query
from crossret.bench.checkpoints import Checkpoint
from crossret.bench.preparation import prepare_gallery
from crossret.contracts.data import Caption, Item, Split
from crossret.data.checks import checked_split
from crossret.errors import UsageError, unknown
from crossret.evaluation.encoding import embed_items, embed_texts
from crossret.retrieval.nearest import top_items

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

Asked = Literal["target", "translated"]


@dataclass(frozen=True)
class Hit:
    """One found item: its place from 1, its cosine and a source-language caption of its subject."""

    rank: int
    item: Item
    score: float
    caption: str


@dataclass(frozen=True)
class CaptionHit:
    """One found caption: its place from 1, its cosine and an item that it describes."""

    rank: int
    caption: Caption
    score: float
    item: Item


@dataclass(frozen=True)
class _Visual:
    split: Split
    items: Tensor
    captions: dict[str, str]


@dataclass(frozen=True)
class _Textual:
    captions: tuple[Caption, ...]
    texts: Tensor
    shows: dict[str, Item]


class Searcher:
    """Asks one checkpoint; what it embeds of a gallery it keeps. To be used by one thread at a time."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._visual: dict[str, _Visual] = {}
        self._textual: dict[tuple[str, str], _Textual] = {}

    @property
    def galleries(self) -> tuple[str, ...]:
        """Where it can search; the first is the default."""
        assembly = self.checkpoint.assembly
        return assembly.dataset.protocols[assembly.protocol].galleries

    def asked_as(self, text: str, language: str, query: Asked) -> str:
        """The text that the model reads: the text itself, or its translation into the source language.

        Raises:
            UsageError: the data set has no such language.
            DataError: it cannot be translated.
        """
        assembly = self.checkpoint.assembly
        check_language(assembly, language)
        return translated_query(assembly, text, language) if query == "translated" else text

    def pictures(self, texts: Sequence[str], gallery: str | None, count: int) -> list[list[Hit]]:
        """The items nearest to each text, best first: by cosine, even if the recipe compares by anchors.

        Several texts cost little more than one; what is found for one may differ in the last digit of its scores.

        Raises:
            UsageError: an empty text or an unknown gallery.
        """
        if not all(text.strip() for text in texts):
            raise UsageError("the query is empty")
        found = self.embedded(gallery)
        queries = embed_texts(self.checkpoint.model, texts, len(texts), device_of(self.checkpoint))
        every_place, every_score = (array.tolist() for array in top_items(queries, found.items, count))

        def hit(rank: int, place: int, score: float) -> Hit:
            item = found.split.items[place]
            return Hit(rank, item, score, found.captions.get(item.subject, ""))

        return [
            [hit(rank, *pair) for rank, pair in enumerate(zip(places, scores, strict=True), start=1)]
            for places, scores in zip(every_place, every_score, strict=True)
        ]

    def captions(self, picture: Image, language: str, gallery: str | None, count: int) -> list[CaptionHit]:
        """The gallery's captions in a language that are nearest to a picture of one's own, best first.

        Raises:
            UsageError: an unknown language or gallery, or a model that cannot see new pictures.
        """
        check_language(self.checkpoint.assembly, language)
        device = device_of(self.checkpoint)
        seen = embed_items(self.checkpoint.model, self.checkpoint.assembly.visual.of_picture(picture), 1, device)
        found = self._embedded_captions(self._named(gallery), language)
        places, scores = top_items(seen, found.texts, count)
        return [
            CaptionHit(rank, found.captions[place], float(score), found.shows[found.captions[place].subject])
            for rank, (place, score) in enumerate(zip(places[0], scores[0], strict=True), start=1)
        ]

    def _named(self, gallery: str | None) -> str:
        name = gallery or self.galleries[0]
        if name not in self.galleries:
            raise unknown("gallery", name, self.galleries)
        return name

    def embedded(self, gallery: str | None) -> _Visual:
        """A gallery's items in the common space, embedded when first asked for.

        Raises:
            UsageError: an unknown gallery.
        """
        name, assembly = self._named(gallery), self.checkpoint.assembly
        if name not in self._visual:
            split = checked_split(assembly.dataset, assembly.protocol, name)
            batch, device = assembly.recipe.evaluation.batch_size, device_of(self.checkpoint)
            items = embed_items(self.checkpoint.model, assembly.visual.of(split), batch, device)
            self._visual[name] = _Visual(split, items, self._source_captions(name))
        return self._visual[name]

    def _source_captions(self, gallery: str) -> dict[str, str]:
        """A source caption by subject; empty if the gallery has none."""
        assembly = self.checkpoint.assembly
        dataset, source = assembly.dataset, assembly.dataset.source_language
        if source not in dataset.test_languages(assembly.protocol):
            return {}
        return {caption.subject: caption.text for caption in dataset.captions(assembly.protocol, gallery, source)}

    def _embedded_captions(self, gallery: str, language: str) -> _Textual:
        if (gallery, language) not in self._textual:
            assembly, model = self.checkpoint.assembly, self.checkpoint.model
            loaded = assembly.gallery(gallery, language, translated=False)
            prepare_gallery(model, loaded)
            batch, device = assembly.recipe.evaluation.batch_size, device_of(self.checkpoint)
            texts = embed_texts(model, [caption.text for caption in loaded.captions], batch, device)
            shows = {item.subject: item for item in reversed(loaded.split.items)}
            self._textual[gallery, language] = _Textual(loaded.captions, texts, shows)
        return self._textual[gallery, language]
