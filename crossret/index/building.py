"""Builds the FAISS files of some vectors, each within a memory budget; those that are there are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crossret.data.array_cache import key_of
from crossret.index.files import read_whole, write_index
from crossret.index.kinds import Shape, filled, most_sampled, shard_rows
from crossret.index.manifest import IndexFile
from crossret.index.vectors import FloatArray, Vectors

# Rows that are copied to an index at once.
BLOCK = 8192
SEED = 0


@dataclass(frozen=True)
class Builder:
    """Builds one index.

    Attributes:
        keys: of the parts of the vectors.
        folder: where the files go.
        memory_mb: that one file may take while it is built, and the sample that it is trained on.
        shard_size: most rows of one file; ``None``: as many as the memory holds.
    """

    vectors: Vectors
    keys: Sequence[str]
    shape: Shape
    folder: Path
    memory_mb: float
    shard_size: int | None = None

    def build(self) -> list[IndexFile]:
        """Write what is missing.

        Raises:
            UsageError: the memory is too small.
        """
        height = shard_rows(self.shape, self.memory_mb, self.shard_size)
        self.folder.mkdir(parents=True, exist_ok=True)
        starts = range(0, self.vectors.count, height)
        return [self._file(start, min(start + height, self.vectors.count)) for start in starts]

    def _file(self, start: int, stop: int) -> IndexFile:
        learned = self._learned_from() if self.shape.training_rows else ""
        rows = [(self.keys[n], inside.start, inside.stop) for n, inside in self.vectors.slices(start, stop)]
        path = self.folder / f"{key_of(self.shape, learned, *rows)}.faiss"
        if not path.exists():
            blocks = self.vectors.blocks(start, stop, BLOCK)
            write_index(path, filled(self._empty(), self.shape.kind, stop - start, blocks))
        return IndexFile(file=path.name, start=start, stop=stop, bytes=path.stat().st_size)

    def _learned_from(self) -> str:
        return key_of(self.shape, self.memory_mb, *self.keys)

    def _empty(self) -> Any:
        """All files of one index share what was learned, which is kept for when this is stopped."""
        if not self.shape.training_rows:
            return self.shape.empty(self.vectors.rows(0, 1))
        path = self.folder / f"{self._learned_from()}.trained.faiss"
        if not path.exists():
            write_index(path, self.shape.empty(self._sample()))
        return read_whole(path)

    def _sample(self) -> FloatArray:
        most = most_sampled(self.memory_mb, self.vectors.dimension)
        wanted = min(self.vectors.count, self.shape.training_rows, most)
        chosen = np.random.default_rng(SEED).choice(self.vectors.count, wanted, replace=False)
        return self.vectors.take(np.sort(chosen))
