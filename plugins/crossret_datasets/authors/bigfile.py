"""BigFile: a matrix of float32 on the disk with a name for every row (method section 5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crossret.errors import DataError
from crossret_datasets.authors.text_files import first_file

MATRIX, NAMES, SHAPE = "feature.bin", "id.txt", "shape.txt"


@dataclass(frozen=True)
class BigFile:
    """Rows by name; they stay on the disk until they are asked for.

    Attributes:
        matrix: ``(N, D)`` float32.
        rows: row by name.
    """

    folder: Path
    matrix: np.ndarray
    rows: Mapping[str, int]

    def lookup(self, names: Sequence[str]) -> tuple[list[str], np.ndarray]:
        """Known names, each once and in the file's order, and their rows ``(M, D)``; unknown names are left out."""
        found = sorted({self.rows[name]: name for name in names if name in self.rows}.items())
        return [name for _, name in found], self.matrix[[row for row, _ in found]]


def open_bigfile(folder: Path) -> BigFile:
    """The matrix of a folder with ``feature.bin``, ``id.txt`` and ``shape.txt``.

    Raises:
        DataError: a file is missing, or the three do not fit together.
    """
    count, dimension = _shape(first_file(folder, (SHAPE,)))
    rows = _names(first_file(folder, (NAMES,)), count)
    path = first_file(folder, (MATRIX,))
    expected, found = 4 * count * dimension, path.stat().st_size
    if found != expected:
        raise DataError(
            f"{path}: {found} bytes; expected {expected}, as {folder / SHAPE} says {count} rows of {dimension} float32"
        )
    return BigFile(folder, np.memmap(path, dtype="<f4", mode="r", shape=(count, dimension)), rows)


def _shape(path: Path) -> tuple[int, int]:
    first = path.read_text(encoding="latin-1").partition("\n")[0]
    numbers = first.split()
    if len(numbers) != 2 or not all(n.isascii() and n.isdigit() and int(n) for n in numbers):
        raise DataError(f"{path}:1: found {first[:60]!r}; expected two numbers, rows and dimensions")
    return int(numbers[0]), int(numbers[1])


def _names(path: Path, count: int) -> dict[str, int]:
    # As the published reader: names may stand on one line or on many, and need not be UTF-8.
    names = path.read_text(encoding="latin-1").split()
    if len(names) != count:
        raise DataError(f"{path}: {len(names)} ids; expected {count}, as {path.with_name(SHAPE)} says")
    rows: dict[str, int] = {}
    for row, name in enumerate(names):
        if name in rows:
            raise DataError(f"{path}: id {name!r} stands there twice, at places {rows[name] + 1} and {row + 1}")
        rows[name] = row
    return rows
