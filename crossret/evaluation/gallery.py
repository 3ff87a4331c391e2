"""One gallery in one language: items, captions, their translations and which pairs are positive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from crossret.contracts.data import Caption, Dataset, Split
from crossret.contracts.translation import Translator
from crossret.data.checks import checked_captions, checked_split
from crossret.errors import DataError
from crossret.evaluation.hardest import Hardest, hardest
from crossret.evaluation.positives import Positives, own_items
from crossret.retrieval.metrics import QueryResults, per_query, with_unanswered
from crossret.retrieval.ranks import PositiveRanks
from crossret.retrieval.relevance import IntArray, Relevance
from crossret.translation.fill import translated_queries

ItemQueries = Callable[[Split, Relevance], IntArray]
"""Which items are queries, as ascending indices."""


def captioned_items(split: Split, relevance: Relevance) -> IntArray:
    """Those that a caption describes."""
    return np.unique(relevance.items)


def all_items(split: Split, relevance: Relevance) -> IntArray:
    """Every item of a queried subject, as published: without a caption it is a query that finds nothing."""
    asked = [split.queried is None or item.subject in split.queried for item in split.items]
    return np.flatnonzero(asked)


@dataclass(frozen=True)
class Gallery:
    """Everything that ranks depend on, but the model.

    Attributes:
        translated: per caption its machine translation into the source language, if a query needs it.
        further: per caption its other translations into the source language; empty if none are asked for.
        item_queries: which items are asked for.
    """

    split: Split
    captions: tuple[Caption, ...]
    relevance: Relevance
    translated: tuple[str, ...] = ()
    item_queries: ItemQueries = captioned_items
    further: tuple[tuple[str, ...], ...] = ()

    def translations(self) -> tuple[list[str], IntArray]:
        """All translations of all captions, and the number of the caption that each is of."""
        every = [(text, *others) for text, others in zip(self.translated, self.further, strict=True)]
        texts = [text for found in every for text in found]
        return texts, np.repeat(np.arange(len(every)), [len(found) for found in every])


@dataclass(frozen=True)
class GalleryRanks:
    """Per-query results of both directions; queries are indices of captions (t2v) and items (v2t).

    Attributes:
        rescored: comparisons that were too close to call and were decided by exact scores.
        hardest_captions: the worst text queries; ``None`` where some queries were left out afterwards.
        hardest_items: the worst visual queries, likewise.
    """

    gallery: Gallery
    t2v: QueryResults
    v2t: QueryResults
    rescored: int = 0
    hardest_captions: Hardest | None = None
    hardest_items: Hardest | None = None

    def with_hardest(self, captions: Tensor, items: Tensor, memory_mb: float) -> GalleryRanks:
        """These results with the worst queries of both directions, found by what the ranks were computed from."""
        return replace(
            self,
            hardest_captions=hardest(self.t2v, captions, items, memory_mb),
            hardest_items=hardest(self.v2t, items, captions, memory_mb),
        )


def load_gallery(
    dataset: Dataset,
    protocol: str,
    split: str,
    lang: str,
    translator: Translator | None,
    item_queries: ItemQueries = captioned_items,
    positives: Positives = own_items,
) -> Gallery:
    """A split's human captions in one language; with a translator, also as English queries.

    Raises:
        DataError: items or captions are missing or inconsistent, or there is no route back.
    """
    part = checked_split(dataset, protocol, split)
    captions = tuple(c for c in checked_captions(dataset, protocol, part, lang) if c.kind == "sentence")
    if not captions:
        raise DataError(f"split {split!r} of protocol {protocol!r} has no captions in {lang!r}: nothing to rank")
    relevance = positives(captions, part)
    translated: tuple[str, ...] = ()
    if translator is not None:
        same = lang == dataset.source_language
        texts = [c.text for c in captions]
        translated = tuple(texts if same else translated_queries(captions, translator, lang, dataset.source_language))
    return Gallery(part, captions, relevance, translated, item_queries)


def results_of(gallery: Gallery, ranks: PositiveRanks) -> GalleryRanks:
    """Ranks of pairs → results of queries."""
    relevance = gallery.relevance
    items = per_query(relevance.items, ranks.visual_to_text)
    asked = gallery.item_queries(gallery.split, relevance)
    return GalleryRanks(
        gallery,
        per_query(relevance.captions, ranks.text_to_visual),
        with_unanswered(items, asked, relevance.caption_count + 1),
        ranks.rescored,
    )


def without_copies(found: GalleryRanks) -> GalleryRanks:
    """Only queries about subjects none of whose captions equals a source-language text; the gallery stays whole.

    There may be none.
    """
    gallery = found.gallery
    copied = {caption.subject for caption in gallery.captions if caption.same_as_source}
    by_caption = np.array([caption.subject not in copied for caption in gallery.captions])
    by_item = np.array([item.subject not in copied for item in gallery.split.items])
    return GalleryRanks(gallery, _restricted(found.t2v, by_caption), _restricted(found.v2t, by_item))


def _restricted(results: QueryResults, allowed: np.ndarray) -> QueryResults:
    kept = allowed[results.query]
    return QueryResults(results.query[kept], results.rank[kept], results.average_precision[kept])
