"""An index that answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from crossret.index.files import open_mapped
from crossret.index.kinds import Shape
from crossret.index.manifest import IndexFile
from crossret.index.nearest_rows import nearest
from crossret.index.parts import check_size
from crossret.index.vectors import FloatArray, IntArray, Vectors


@dataclass(frozen=True)
class _Mapped:
    """One file, as a finder of rows."""

    index: Any
    file: IndexFile
    shape: Shape
    effort: int

    @property
    def count(self) -> int:
        return self.file.stop - self.file.start

    @property
    def exact(self) -> bool:
        return self.shape.kind == "flat"

    def propose(self, queries: FloatArray, wanted: int) -> tuple[FloatArray, IntArray]:
        parameters = self.shape.parameters(max(self.effort, wanted) if self.shape.kind == "hnsw" else self.effort)
        scores, places = self.index.search(np.ascontiguousarray(queries), wanted, params=parameters)
        return scores, np.where(places < 0, -1, places + self.file.start)


class OpenIndex:
    """FAISS files, memory-mapped, and the vectors that their answers are scored by.

    Args:
        folder: of the files.
        files: in order of their rows.
        shape: what was built.
        vectors: all of them.

    Raises:
        DataError: a file is missing or damaged.
    """

    def __init__(self, folder: Path, files: Sequence[IndexFile], shape: Shape, vectors: Vectors) -> None:
        self.shape = shape
        self.vectors = vectors
        self._opened = []
        for file in files:
            check_size(folder / file.file, file.bytes)
            self._opened.append((open_mapped(folder / file.file, shape.kind), file))

    def search(self, queries: FloatArray, k: int, effort: int) -> tuple[IntArray, npt.NDArray[np.float64]]:
        """The best rows for unit vectors ``(Q, D)``, as :func:`crossret.index.nearest_rows.nearest` gives them."""
        finders = [_Mapped(index, file, self.shape, effort) for index, file in self._opened]
        return nearest(finders, self.vectors, queries, k, self.shape.rescored(k))
