"""``crossret index``: from a corpus and a checkpoint to an index that is measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossret.bench.asking import device_of
from crossret.bench.checkpoints import Checkpoint
from crossret.bench.components import dataset_of, protocol_in
from crossret.bench.runner import exclusive
from crossret.contracts.data import Dataset
from crossret.data.array_cache import key_of
from crossret.data.visual_inputs import VisualInputs
from crossret.errors import UsageError
from crossret.index.building import Builder
from crossret.index.corpora import Corpus
from crossret.index.embedding import Embedder, Progress, Stored, embed_corpus
from crossret.index.fingerprints import fingerprint_of
from crossret.index.gallery_shards import gallery_corpus
from crossret.index.kinds import Kind, Shape, kind_for
from crossret.index.manifest import Manifest, Model, Recall, Source, write_manifest
from crossret.index.measuring import measured
from crossret.index.opened import OpenIndex
from crossret.index.parts import Part, facts_file, ids_file, mapped, rows_file
from crossret.index.questions import questions_for
from crossret.index.tar_shards import TarShard, tar_corpus
from crossret.index.vectors import Vectors
from crossret.recipe.models import DataRecipe

PARTS = "parts"
FILES = "faiss"
# Pictures whose pixels are held at once.
BATCH = 64


@dataclass(frozen=True)
class Order:
    """What is to be indexed, and how.

    Attributes:
        data: name of a data set, or a place of tar shards.
        kind: ``None``: the one that suits the number of vectors.
        shard_size: most vectors of one index file; ``None``: as many as the memory holds.
        recall: to reach at 10.
    """

    data: str
    options: dict[str, Any]
    protocol: str | None
    gallery: str | None
    kind: Kind | None
    stored: Stored
    shard_size: int | None
    memory_mb: float
    recall: float


@dataclass(frozen=True)
class _Found:
    corpus: Corpus
    dataset: Dataset
    protocol: str


def make_index(checkpoint: Checkpoint, path: Path, order: Order, out: Path, progress: Progress) -> Manifest:
    """Embed what is not embedded, build what is not built, measure, and write the manifest.

    Args:
        checkpoint: embeds.
        path: where it lies.
        order: what is asked for.
        out: folder of the index.
        progress: told what happens.

    Raises:
        UsageError: the order cannot be meant.
        DataError: the corpus cannot be read.
        CrossretError: another process works in the folder.
    """
    with exclusive(out):
        found = _corpus(checkpoint, order)
        started = time.monotonic()
        parts = embed_corpus(found.corpus, _embedder(checkpoint, found, order), out / PARTS, progress)
        embedded = time.monotonic()
        vectors = vectors_of(out, parts)
        kind = order.kind or kind_for(vectors.count)
        shape = Shape.of(kind, vectors.count, vectors.dimension, order.stored == "float16", order.memory_mb)
        keys = [part.key for part in parts if part.count]
        files = Builder(vectors, keys, shape, out / FILES, order.memory_mb, order.shard_size).build()
        built = time.monotonic()
        asked = questions_for(checkpoint, vectors, found.dataset, found.protocol, order.gallery)
        index = OpenIndex(out / FILES, files, shape, vectors)
        answer = measured(index, asked.vectors, order.recall, order.memory_mb)
        manifest = Manifest(
            model=Model(
                fingerprint=fingerprint_of(checkpoint), path=str(path.resolve()), languages=checkpoint.languages
            ),
            source=_source(found, order, parts),
            kind=kind,
            dimension=vectors.dimension,
            stored=order.stored,
            count=vectors.count,
            lists=shape.lists,
            codes=shape.codes,
            effort=answer.effort,
            parts=tuple(parts),
            files=tuple(files),
            recall=Recall(queries=asked.what, count=answer.queries, at=answer.recall, milliseconds=answer.milliseconds),
            seconds={"embedding": embedded - started, "building": built - embedded},
        )
        write_manifest(out, manifest)
        _clean(out, manifest)
        return manifest


def vectors_of(out: Path, parts: Sequence[Part]) -> Vectors:
    """The embeddings of an index, memory-mapped."""
    return Vectors([mapped(rows_file(out / PARTS, part.key)) for part in parts if part.count])


def _corpus(checkpoint: Checkpoint, order: Order) -> _Found:
    shards = tar_corpus(order.data)
    own = checkpoint.assembly
    if shards is None:
        recipe = DataRecipe(dataset=order.data, protocol=order.protocol, options=order.options)
        same = order.data == own.recipe.data.dataset and not order.options
        dataset = own.dataset if same else dataset_of(recipe, own.registry)
        protocol = own.protocol if same and order.protocol is None else protocol_in(dataset, recipe)
        return _Found(gallery_corpus(order.data, dataset, protocol, order.gallery), dataset, protocol)
    if order.protocol or order.gallery or order.options:
        raise UsageError(f"--protocol, --gallery and --data-option describe a data set; {order.data} is tar files")
    return _Found(shards, own.dataset, own.protocol)


def _embedder(checkpoint: Checkpoint, found: _Found, order: Order) -> Embedder:
    recipe = checkpoint.assembly.recipe
    own = checkpoint.assembly.visual
    return Embedder(
        checkpoint.model,
        VisualInputs(found.dataset, own.backbone, own.most_frames, own.device),
        device_of(checkpoint),
        fingerprint_of(checkpoint),
        order.stored,
        BATCH,
        recipe.model.common,
    )


def _source(found: _Found, order: Order, parts: Sequence[Part]) -> Source:
    shards = [shard for shard in found.corpus.shards if isinstance(shard, TarShard)]
    content = key_of(*(part.content for part in parts))
    if shards:
        return Source(name=order.data, shards=tuple(str(shard.path.resolve()) for shard in shards), content=content)
    return Source(
        name=order.data,
        dataset=order.data,
        options=order.options,
        protocol=found.protocol,
        gallery=order.gallery,
        content=content,
    )


def _clean(out: Path, manifest: Manifest) -> None:
    """Remove what no longer belongs to the index, and what was left half-written."""
    kept = {out / FILES / file.file for file in manifest.files}
    for part in manifest.parts:
        kept |= {place(out / PARTS, part.key) for place in (rows_file, ids_file, facts_file)}
    for folder in (out / PARTS, out / FILES):
        for path in folder.iterdir():
            if path not in kept:
                path.unlink()


def size_of(manifest: Manifest) -> tuple[int, int]:
    """Bytes of the embeddings with their ids, and of the FAISS files."""
    return sum(sum(part.bytes) for part in manifest.parts), sum(file.bytes for file in manifest.files)
