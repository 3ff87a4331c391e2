"""A gallery as a retrieval task of mteb, so that its models are measured on our data; needs ``crossret[mteb]``."""

from __future__ import annotations

from typing import Any, Final

import datasets
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata

from crossret.contracts.data import Dataset
from crossret.evaluation.gallery import Gallery
from crossret.results.ranks_file import DirectionName
from crossret.retrieval.relevance import IntArray

SPLIT: Final = "test"
CATEGORIES: Final = {"t2v": "t2i", "v2t": "i2t"}


class GalleryTask(AbsTaskRetrieval):  # type: ignore[misc]
    """Asks with the captions of a gallery for its pictures, or the other way round.

    Queries are those that have a positive; a query's positives are as in crossret.

    Args:
        name: of the task, e.g. ``EmojiSpanish``.
        dataset: gives the pictures.
        gallery: of that data set.
        direction: who asks.
    """

    metadata = TaskMetadata(
        name="CrossretGallery",
        description="Captions and pictures of a crossret gallery.",
        reference=None,
        dataset={"path": "crossret", "revision": "1"},
        type="Any2AnyRetrieval",
        category="t2i",
        modalities=["text", "image"],
        eval_splits=[SPLIT],
        eval_langs=["mul-Zyyy"],
        main_score="ndcg_at_10",
        date=None,
        domains=None,
        task_subtypes=None,
        license=None,
        annotations_creators=None,
        dialect=None,
        sample_creation=None,
        bibtex_citation="",
    )

    def __init__(self, name: str, dataset: Dataset, gallery: Gallery, direction: DirectionName = "t2v") -> None:
        changes = {"name": name, "category": CATEGORIES[direction]}
        self.metadata = self.metadata.model_copy(update=changes)
        super().__init__()
        self._source, self._gallery, self._direction = dataset, gallery, direction

    def load_data(self, num_proc: int | None = None, **_: Any) -> None:
        """Make queries, corpus and relevance; pictures are read when they are encoded."""
        gallery, relevance = self._gallery, self._gallery.relevance
        captions = datasets.Dataset.from_dict(
            {"id": [c.id for c in gallery.captions], "text": [c.text for c in gallery.captions]}
        )
        pictures = datasets.Dataset.from_dict(
            {
                "id": [item.id for item in gallery.split.items],
                "image": [self._source.image(item) for item in gallery.split.items],
            }
        )
        asks, answers, pairs = captions, pictures, (relevance.captions, relevance.items)
        if self._direction == "v2t":
            asks, answers, pairs = pictures, captions, (relevance.items, relevance.captions)
        relevant = _relevant(asks["id"], answers["id"], pairs)
        asked = [number for number, query in enumerate(asks["id"]) if query in relevant]
        part = {"queries": asks.select(asked), "corpus": answers, "relevant_docs": relevant, "top_ranked": None}
        self.dataset = {"default": {SPLIT: part}}
        self.data_loaded = True


def _relevant(queries: list[str], documents: list[str], pairs: tuple[IntArray, IntArray]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for query, document in zip(*pairs, strict=True):
        found.setdefault(queries[query], {})[documents[document]] = 1
    return found
