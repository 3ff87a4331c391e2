"""Texts asked in an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crossret.bench.asking import device_of
from crossret.bench.checkpoints import Checkpoint
from crossret.bench.components import dataset_of
from crossret.contracts.data import Dataset, Item
from crossret.errors import DataError, UsageError
from crossret.evaluation.encoding import embed_texts
from crossret.index.fingerprints import fingerprint_of
from crossret.index.gallery_shards import items_of
from crossret.index.kinds import Shape
from crossret.index.making import FILES, PARTS, vectors_of
from crossret.index.manifest import read_manifest
from crossret.index.opened import OpenIndex
from crossret.index.parts import check_files, ids_file, mapped
from crossret.index.tar_shards import picture_in
from crossret.recipe.models import DataRecipe
from crossret.registry import Registry

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class IndexHit:
    """One found item: its place from 1, its row in the index, its exact cosine and what is known of it.

    Attributes:
        shows: a source-language caption of its subject, or the shard that it is in.
    """

    rank: int
    row: int
    id: str
    score: float
    shows: str


class StoredIndex:
    """A folder that ``crossret index`` made, memory-mapped.

    Raises:
        DataError: a file is missing or damaged.
    """

    def __init__(self, folder: Path, registry: Registry) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self._registry = registry
        facts = self.manifest
        for part in facts.parts:
            check_files(folder / PARTS, part)
        self._vectors = vectors_of(folder, facts.parts)
        self._parts = [part for part in facts.parts if part.count]
        self._ids = [mapped(ids_file(folder / PARTS, part.key)) for part in self._parts]
        shape = Shape(facts.kind, facts.dimension, facts.stored == "float16", facts.lists, facts.codes)
        self._index = OpenIndex(folder / FILES, facts.files, shape, self._vectors)

    def checkpoint(self) -> Path:
        """Where the checkpoint that made it lies.

        Raises:
            DataError: it is not there any more.
        """
        path = Path(self.manifest.model.path)
        if not path.exists():
            raise DataError(f"{path}: missing; it made the index {self.folder}: say where it is with --checkpoint")
        return path

    def is_made_by(self, checkpoint: Checkpoint) -> bool:
        """Whether its embeddings are of this model."""
        return fingerprint_of(checkpoint) == self.manifest.model.fingerprint

    def check_made_by(self, checkpoint: Checkpoint) -> None:
        """Refuse a model that did not make it.

        Raises:
            UsageError: its embeddings are of another model.
        """
        if not self.is_made_by(checkpoint):
            raise UsageError(
                f"{self.folder}: made with checkpoint {self.manifest.model.fingerprint[:8]} "
                f"({self.manifest.model.path}), asked with {fingerprint_of(checkpoint)[:8]}; "
                "embeddings of two models cannot be compared"
            )

    def pictures(self, checkpoint: Checkpoint, texts: Sequence[str], count: int) -> list[list[IndexHit]]:
        """The items nearest to each text, best first, by exact cosines of what the index proposes.

        Raises:
            UsageError: an empty text.
        """
        if not all(text.strip() for text in texts):
            raise UsageError("the query is empty")
        queries = embed_texts(checkpoint.model, texts, len(texts), device_of(checkpoint)).cpu().numpy()
        every_row, every_score = self._index.search(queries, count, self.manifest.effort)
        return [
            [
                IndexHit(rank, row, self.id_of(row), score, self._shows(row))
                for rank, (row, score) in enumerate(zip(rows, scores, strict=True), start=1)
                if row >= 0
            ]
            for rows, scores in zip(every_row.tolist(), every_score.tolist(), strict=True)
        ]

    @property
    def count(self) -> int:
        """How many items there are."""
        return self._vectors.count

    def id_of(self, row: int) -> str:
        """The id of an item."""
        number, inside = self._place(row)
        return bytes(self._ids[number][inside]).decode()

    def picture(self, row: int) -> Image:
        """The picture of an item, from where it was read.

        Raises:
            DataError: it is not there any more, or there are clips or features, not pictures.
        """
        name = self.id_of(row)
        if not self.manifest.source.dataset:
            return picture_in(self._shard_of(row), name)
        if name not in self._items:
            raise DataError(f"{self.folder}: data set {self.manifest.source.dataset!r} has no item {name!r} any more")
        return self._dataset.image(self._items[name])

    def _shard_of(self, row: int) -> Path:
        parts = self.manifest.parts
        filled = [path for part, path in zip(parts, self.manifest.source.shards, strict=True) if part.count]
        return Path(filled[self._place(row)[0]])

    @cached_property
    def _dataset(self) -> Dataset:
        source = self.manifest.source
        return dataset_of(DataRecipe(dataset=source.dataset, options=source.options), self._registry)

    @cached_property
    def _items(self) -> dict[str, Item]:
        source = self.manifest.source
        return {item.id: item for item in items_of(self._dataset, source.protocol, source.gallery)}

    @cached_property
    def _captions(self) -> dict[str, str]:
        source, dataset = self.manifest.source, self._dataset
        splits = dataset.protocols[source.protocol].galleries
        lang = dataset.source_language
        if lang not in dataset.test_languages(source.protocol):
            return {}
        found = (caption for name in splits for caption in dataset.captions(source.protocol, name, lang))
        return {caption.subject: caption.text for caption in found}

    def _shows(self, row: int) -> str:
        if not self.manifest.source.dataset:
            return self._parts[self._place(row)[0]].shard
        item = self._items.get(self.id_of(row))
        return self._captions.get(item.subject, "") if item else ""

    def _place(self, row: int) -> tuple[int, int]:
        numbers, inside = self._vectors.places(np.array([row]))
        return int(numbers[0]), int(inside[0])
