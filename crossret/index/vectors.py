"""Embeddings on disk, as one matrix of many files."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
# Longer than any count of rows: the header of a file is written before they are counted.
MANY = 10**18


class Vectors:
    """Rows of memory-mapped matrices, one after another; read as float32.

    Args:
        parts: at least one, each ``(n, D)``, float32 or float16.
    """

    def __init__(self, parts: Sequence[np.ndarray]) -> None:
        self._parts = parts
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        self.count = int(self._starts[-1])
        self.dimension: int = parts[0].shape[1]

    def rows(self, start: int, stop: int) -> FloatArray:
        """A copy of some rows, ``(stop - start, D)``."""
        found = np.empty((stop - start, self.dimension), np.float32)
        for number, inside in self.slices(start, stop):
            at = int(self._starts[number]) + inside.start - start
            found[at : at + inside.stop - inside.start] = self._parts[number][inside]
            _let_go(self._parts[number])
        return found

    def slices(self, start: int, stop: int) -> Iterator[tuple[int, slice]]:
        """Which rows of which parts some rows are."""
        first = int(np.searchsorted(self._starts, start, "right")) - 1
        for number in range(first, len(self._parts)):
            before = int(self._starts[number])
            if before >= stop:
                return
            inside = slice(max(start - before, 0), min(stop - before, len(self._parts[number])))
            if inside.start < inside.stop:
                yield number, inside

    def take(self, rows: IntArray) -> FloatArray:
        """Any rows, shape ``(…)`` → ``(…, D)``."""
        flat = rows.ravel()
        found = np.empty((len(flat), self.dimension), np.float32)
        numbers, inside = self.places(flat)
        for number in np.unique(numbers):
            chosen = numbers == number
            found[chosen] = self._parts[number][inside[chosen]]
        return found.reshape(*rows.shape, self.dimension)

    def places(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Which part each row is in, and its row there."""
        numbers = np.searchsorted(self._starts, rows, "right") - 1
        return numbers, rows - self._starts[numbers]

    def blocks(self, start: int, stop: int, height: int) -> Iterator[FloatArray]:
        """Consecutive rows, at most ``height`` at a time."""
        for top in range(start, stop, height):
            yield self.rows(top, min(top + height, stop))


def _let_go(part: np.ndarray) -> None:
    """Take pages that were copied out of the process again, so that reading everything takes no more than a block."""
    if isinstance(part.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        part.base.madvise(mmap.MADV_DONTNEED)


def write_rows(file: BinaryIO, dimension: int, dtype: str, blocks: Iterable[np.ndarray]) -> int:
    """Write blocks of rows as one ``.npy`` as they come; how many there are need not be known before.

    Returns:
        How many rows there were.
    """
    length = _write_header(file, dtype, (MANY, dimension))
    rows = 0
    for block in blocks:
        file.write(np.ascontiguousarray(block, dtype).data)
        rows += len(block)
    file.seek(0)
    assert _write_header(file, dtype, (rows, dimension)) == length
    file.seek(0, 2)
    return rows


def _write_header(file: BinaryIO, dtype: str, shape: tuple[int, int]) -> int:
    described = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
    # Headers leave room for the first dimension to grow, so that both have one length.
    np.lib.format.write_array_header_1_0(file, described)
    return file.tell()
