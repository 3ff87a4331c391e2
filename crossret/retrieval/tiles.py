"""The score matrix of two embedding sets, computed one tile at a time within a memory budget."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from crossret.errors import DataError, UsageError

BYTES_PER_CELL = 16
"""Most memory one entry of a tile costs while ranks are counted: 4 for the score, 2 for what a sieve says of blocks,
the rest for copies of some rows, for counts per segment, or for looking up some entries."""


@dataclass(frozen=True)
class Grid:
    """How a non-empty matrix is cut into tiles of at most ``cells`` entries.

    Attributes:
        rows: height of the matrix.
        columns: width of the matrix.
        cells: most entries of one tile.
    """

    rows: int
    columns: int
    cells: int

    @classmethod
    def within(cls, rows: int, columns: int, memory_mb: float, bytes_per_cell: int = BYTES_PER_CELL) -> Grid:
        """The grid whose tiles, and the comparisons made on one, take at most ``memory_mb`` MiB.

        Raises:
            UsageError: the budget is not a positive number.
        """
        if not memory_mb > 0:
            raise UsageError(f"memory_mb must be positive, got {memory_mb}")
        return cls(rows, columns, max(1, int(min(memory_mb * 2**20 / bytes_per_cell, rows * columns))))

    @property
    def row_step(self) -> int:
        """Height of a tile (the last one may be lower)."""
        return _even_step(self.rows, self.cells // self.column_step)

    @property
    def column_step(self) -> int:
        """Width of a tile (the last one may be narrower)."""
        # A tile as square as the matrix allows needs the fewest operand reads per score.
        side = max(math.isqrt(self.cells), self.cells // self.rows)
        return _even_step(self.columns, side)

    def bands(self) -> list[slice]:
        """Row ranges, top to bottom."""
        return _slices(self.rows, self.row_step)

    def stripes(self) -> list[slice]:
        """Column ranges, left to right."""
        return _slices(self.columns, self.column_step)


@dataclass(frozen=True, eq=False)
class DotProducts:
    """Scores of two embedding sets: dot products in float32.

    Attributes:
        queries: the rows of the score matrix, float32, shape ``(Q, D)``.
        items: its columns, float32, shape ``(M, D)``, on the same device.
    """

    queries: Tensor
    items: Tensor

    @classmethod
    def of(cls, queries: Tensor, items: Tensor, *, names: tuple[str, str]) -> DotProducts:
        """Cast both sides to float32 and make sure that every score is a finite number.

        Args:
            queries: floating, shape ``(Q, D)``.
            items: floating, shape ``(M, D)``.
            names: what errors call the two sides.

        Raises:
            DataError: a side is not ``(N, D)``, the widths or devices differ, or a row is not finite.
        """
        left, right = _matrix(names[0], queries), _matrix(names[1], items)
        if left.shape[1] != right.shape[1]:
            raise DataError(f"{names[0]} have {left.shape[1]} dimensions but {names[1]} have {right.shape[1]}")
        if left.device != right.device:
            raise DataError(f"{names[0]} are on {left.device} but {names[1]} are on {right.device}")
        # Cauchy-Schwarz: no partial sum of any score can exceed the product of the largest norms.
        if not torch.isfinite(_largest_norm(names[0], left) * _largest_norm(names[1], right)):
            raise DataError(f"{names[0]} and {names[1]} are too large: their dot products overflow float32")
        return cls(left, right)

    def __call__(self, rows: slice, columns: slice) -> Tensor:
        """The tile of those queries and items, shape ``(rows, columns)``.

        Every score that is compared comes from this call: the same slices give the same bits, other slices may differ
        in the last one.
        """
        with torch.autocast(self.queries.device.type, enabled=False):
            tile: Tensor = self.queries[rows] @ self.items[columns].T
        return tile


def _even_step(length: int, most: int) -> int:
    # Even tiles avoid a last one of a few rows, for which BLAS may switch to a kernel that rounds differently; kernels
    # are at their best with multiples of 16.
    if length <= most:
        return length
    unit = 16 if most >= 128 else 1
    even = math.ceil(length / math.ceil(length / (most - most % unit)))
    return even + -even % unit


def _slices(length: int, step: int) -> list[slice]:
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]


def _matrix(side: str, embeddings: Tensor) -> Tensor:
    if embeddings.ndim != 2 or 0 in embeddings.shape:
        raise DataError(f"{side}: expected a non-empty (N, D) matrix of embeddings, got {tuple(embeddings.shape)}")
    return embeddings.detach().to(torch.float32)


def _largest_norm(side: str, embeddings: Tensor) -> Tensor:
    # A norm is finite only if every entry is, and unlike isfinite it needs no copy of the matrix.
    norms: Tensor = torch.linalg.vector_norm(embeddings, dim=1)
    bad = torch.nonzero(~torch.isfinite(norms))
    if bad.numel():
        raise DataError(f"{side}: the embedding in row {int(bad[0])} is not finite or its norm overflows float32")
    return norms.max()
