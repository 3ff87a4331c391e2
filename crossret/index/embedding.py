"""Embeds a corpus shard by shard; what is finished is not made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from crossret.atomic import write_atomically
from crossret.data.array_cache import key_of
from crossret.data.visual_inputs import VisualInputs
from crossret.errors import DataError
from crossret.evaluation.encoding import embed_items
from crossret.index.corpora import Corpus, CorpusShard
from crossret.index.parts import (
    NAMED,
    Part,
    facts_file,
    finished_parts,
    ids_file,
    rows_file,
    write_facts,
)
from crossret.index.vectors import write_rows
from crossret.model.dual_encoder import DualEncoder

Stored = Literal["float32", "float16"]


@dataclass(frozen=True)
class Embedder:
    """A model that sees pictures.

    Attributes:
        fingerprint: of everything that its embeddings depend on.
        stored: precision of the files.
        batch: items that are held and embedded at once.
        width: D.
    """

    model: DualEncoder
    visual: VisualInputs
    device: torch.device
    fingerprint: str
    stored: Stored
    batch: int
    width: int


@dataclass
class Progress:
    """Told what happens.

    Attributes:
        note: of anything unusual, in one line.
        shard: of every finished shard: its number from 1, how many there are, and whether it was there already.
    """

    note: Callable[[str], None]
    shard: Callable[[int, int, Part, bool], None]


def embed_corpus(corpus: Corpus, embedder: Embedder, folder: Path, progress: Progress) -> list[Part]:
    """Embed every shard that is not embedded yet, in order.

    Raises:
        DataError: shards are damaged, after all others are embedded; or nothing could be embedded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = _Known(finished_parts(folder), embedder)
    parts: list[Part] = []
    damaged: list[str] = []
    for number, shard in enumerate(corpus.shards, start=1):
        try:
            part, old = known.part_of(shard, folder, progress.note)
        except DataError as error:
            damaged.append(str(error))
            progress.note(f"left out {error}")
            continue
        parts.append(part)
        progress.shard(number, len(corpus.shards), part, old)
    if damaged:
        more = f" (and {len(damaged) - 1} more shards)" if len(damaged) > 1 else ""
        raise DataError(
            f"{damaged[0]}{more}; mend or remove it and run the same command: the other {len(parts)} shards are kept"
        )
    if not sum(part.count for part in parts):
        first = next(iter((name, why) for part in parts for name, why in part.examples.items()), ("", "it is empty"))
        raise DataError(f"{corpus.name}: nothing in it can be embedded; {first[0]}: {first[1]}".replace("; : ", "; "))
    return parts


@dataclass
class _Known:
    """Parts that are there."""

    parts: dict[str, Part]
    embedder: Embedder
    _contents: dict[str, str] = field(init=False)
    _said: bool = False

    def __post_init__(self) -> None:
        self._contents = {part.signature: part.content for part in self.parts.values()}

    def part_of(self, shard: CorpusShard, folder: Path, note: Callable[[str], None]) -> tuple[Part, bool]:
        """The part of a shard, and whether it was there already."""
        signature = shard.signature
        content = self._contents.get(signature) or shard.content()
        key = key_of(content, self.embedder.fingerprint, self.embedder.stored)
        if key in self.parts:
            # It may have another name now.
            return self.parts[key].model_copy(update={"shard": shard.name}), True
        self._tell(shard, content, note)
        part = embed_shard(shard, Part(
            key=key, shard=shard.name, signature=signature, content=content, model=self.embedder.fingerprint,
            count=0, skipped=0, examples={}, bytes=(0, 0),
        ), self.embedder, folder)  # fmt: skip
        self.parts[key] = part
        return part, False

    def _tell(self, shard: CorpusShard, content: str, note: Callable[[str], None]) -> None:
        before = [part for part in self.parts.values() if part.shard == shard.name]
        if any(part.content == content for part in before):
            if not self._said and all(part.model != self.embedder.fingerprint for part in before):
                note("the checkpoint is another one than before: everything is embedded again")
                self._said = True
        elif before:
            note(f"{shard.name} has changed: it is embedded again")


def embed_shard(shard: CorpusShard, part: Part, embedder: Embedder, folder: Path) -> Part:
    """Embed one shard and write its files, the facts last.

    Args:
        shard: what is embedded.
        part: what is known of it.
        embedder: the model.
        folder: where the files go.

    Raises:
        DataError: the shard is damaged.
    """
    ids: list[bytes] = []
    skipped: dict[str, str] = {}
    count = 0

    def skip(name: str, why: str) -> None:
        nonlocal count
        count += 1
        if len(skipped) < NAMED:
            skipped[name] = why

    def blocks() -> Iterator[np.ndarray]:
        for batch in shard.batches(embedder.visual, embedder.batch, skip):
            found = embed_items(embedder.model, batch.inputs, embedder.batch, embedder.device).cpu().numpy()
            if not np.isfinite(found).all():
                worst = int(np.argmin(np.isfinite(found).all(axis=1)))
                raise DataError(f"{shard.name}: the embedding of {batch.ids[worst]!r} is not finite")
            ids.extend(name.encode() for name in batch.ids)
            yield found

    rows, names = rows_file(folder, part.key), ids_file(folder, part.key)
    facts_file(folder, part.key).unlink(missing_ok=True)
    write_atomically(rows, lambda file: write_rows(file, embedder.width, embedder.stored, blocks()))
    write_atomically(names, lambda file: np.save(file, np.array(ids, dtype=bytes), allow_pickle=False))
    sizes = rows.stat().st_size, names.stat().st_size
    done = part.model_copy(update={"count": len(ids), "skipped": count, "examples": skipped, "bytes": sizes})
    write_facts(folder, done)
    return done
