"""Scores of a tile, fast and a little wrong, with a proven bound of the error; scores of single pairs, exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from crossret.errors import UsageError
from crossret.retrieval.tiles import BYTES_PER_CELL, DotProducts

Precision = Literal["float32", "bfloat16"]

PAIRS_AT_ONCE = 512
"""Most pairs scored exactly at once."""

BYTES_AT_ONCE = 2**23
"""Most memory that scoring them takes."""

# Unit roundoffs. A tensor core may add in fewer bits than float32 has, and cut instead of rounding.
_FLOAT32, _TENSOR_CORE, _BFLOAT16_TILE = 2.0**-24, 2.0**-22, 2.0**-8
# What torch.set_float32_matmul_precision allows a float32 product to lose of each factor, twice.
_ALLOWED = {"highest": 0.0, "high": 2.0**-9, "medium": 2.0**-7}
_BYTES_PER_NUMBER = 24
_EXTREME_EXPONENT = 20


@dataclass(frozen=True, eq=False)
class Side:
    """Embeddings as they are multiplied.

    Attributes:
        exact: float32, ``(N, D)``.
        multiplied: the same, or rounded to bfloat16.
        norms: of the multiplied rows, ``(N,)``.
        errors: norms of what rounding took from each row, ``(N,)``.
    """

    exact: Tensor
    multiplied: Tensor
    norms: Tensor
    errors: Tensor

    @classmethod
    def of(cls, embeddings: Tensor, precision: Precision, largest: float) -> Side:
        """Round, and measure what that took; ``largest`` is the size of the largest entry."""
        exact = _of_usual_size(embeddings, largest)
        if precision == "float32":
            norms: Tensor = torch.linalg.vector_norm(exact, dim=1)
            return cls(exact, exact, norms, torch.zeros_like(norms))
        multiplied = exact.to(torch.bfloat16)
        again = multiplied.to(torch.float32)
        errors = torch.linalg.vector_norm(exact - again, dim=1)
        return cls(exact, multiplied, torch.linalg.vector_norm(again, dim=1), errors)


@dataclass(frozen=True, eq=False)
class Approximation:
    """Both sides and what is known about their products.

    Attributes:
        relative: bound of the error of a product of multiplied rows, as a share of the product of their norms.
        at_once: how many pairs are always scored together, so that each has the same bits whatever it stands beside.
    """

    captions: Side
    items: Side
    relative: float
    at_once: int

    @classmethod
    def of(
        cls, products: DotProducts, precision: Precision, memory_mb: float, largest: tuple[float, float] | None = None
    ) -> Approximation:
        """Prepare tiles of a precision, and single pairs within the memory budget.

        Args:
            products: captions and items.
            precision: of the tiles.
            memory_mb: MiB that scores of single pairs may take.
            largest: size of the largest entry of all captions and of all items, where these are not all.

        Raises:
            UsageError: the budget is too small for one pair.
        """
        width, device = products.queries.shape[1], products.queries.device.type
        check_budget(memory_mb, width)
        pair = _BYTES_PER_NUMBER * width
        of_captions, of_items = largest or (largest_entry(products.queries), largest_entry(products.items))
        at_once = int(min(memory_mb * 2**20, max(BYTES_AT_ONCE, pair)) / pair)
        return cls(
            captions=Side.of(products.queries, precision, of_captions),
            items=Side.of(products.items, precision, of_items),
            relative=_relative_error(width, device, precision),
            at_once=min(PAIRS_AT_ONCE, at_once),
        )

    def tile(self, rows: slice, columns: slice, memory: Tensor) -> Tensor:
        """Float32 scores of those captions and items, each off by no more than the margin of its row and its column.

        An item's scores lie side by side, since an item is a query with several positives more often than a caption.

        Args:
            rows: captions.
            columns: items.
            memory: float32, ``(N,)`` with N at least the number of scores; the tile is written into it.
        """
        left, right = self.items.multiplied[columns], self.captions.multiplied[rows]
        tile = memory[: len(left) * len(right)].view(len(left), len(right))
        with torch.autocast(left.device.type, enabled=False):
            if left.dtype == torch.float32:
                torch.mm(left, right.T, out=tile)
            elif left.device.type == "cuda":
                torch.mm(left, right.T, out_dtype=torch.float32, out=tile)
            else:
                tile.copy_(left @ right.T)
        return tile.T

    @property
    def dtype(self) -> torch.dtype:
        """Of exact scores."""
        return torch.float32 if self.items.exact.device.type == "mps" else torch.float64

    def caption_margins(self) -> Tensor:
        """Per caption, how far its score with any item may be from the exact one, ``(C,)``."""
        return self._margins(self.captions, self.items)

    def item_margins(self) -> Tensor:
        """Per item, how far its score with any caption may be from the exact one, ``(M,)``."""
        return self._margins(self.items, self.captions)

    def pairs(self, captions: Tensor, items: Tensor) -> Tensor:
        """Dot products of single pairs in float64, ``(N,)``; in float32 where a device has nothing else.

        Args:
            captions: indices, ``(N,)``.
            items: indices, ``(N,)``.
        """
        dtype = self.dtype
        scores = torch.empty(len(captions), dtype=dtype, device=captions.device)
        for start in range(0, len(captions), self.at_once):
            part = slice(start, start + self.at_once)
            left = _filled(captions[part], self.at_once)
            right = _filled(items[part], self.at_once)
            products = self.captions.exact.index_select(0, left).to(dtype)
            products *= self.items.exact.index_select(0, right)
            scores[part] = products.sum(dim=1)[: len(scores[part])]
        return scores

    def _margins(self, queries: Side, gallery: Side) -> Tensor:
        # Cauchy-Schwarz: |ab - a'b'| <= |a - a'||b| + |a'||b - b'|.
        largest, worst = gallery.norms.max(), gallery.errors.max()
        rounding = queries.errors * (largest + worst) + queries.norms * worst
        margins: Tensor = rounding + self.relative * (queries.norms + queries.errors) * (largest + worst)
        return margins


def _relative_error(width: int, device: str, precision: Precision) -> float:
    allowed = _ALLOWED[torch.get_float32_matmul_precision()] if precision == "float32" else 0.0
    unit = _TENSOR_CORE if allowed or precision == "bfloat16" else _FLOAT32
    # Outside CUDA a bfloat16 product comes back rounded once more; the last part is for thresholds kept in float32.
    tile = _BFLOAT16_TILE if precision == "bfloat16" and device != "cuda" else 0.0
    return 1.01 * width * unit + allowed + tile + 4 * _FLOAT32


def smallest_budget(width: int) -> float:
    """MiB that ranks of embeddings of that width take at least: one tile of one score, one exact score."""
    return max(BYTES_PER_CELL, _BYTES_PER_NUMBER * width) / 2**20


def check_budget(memory_mb: float, width: int) -> None:
    """Refuse a budget that the smallest tile does not fit into.

    Raises:
        UsageError: naming the smallest that is enough.
    """
    smallest = smallest_budget(width)
    if not memory_mb > 0:
        raise UsageError(f"memory_mb must be positive, got {memory_mb}")
    if memory_mb < smallest:
        raise UsageError(
            f"a memory budget of {memory_mb * 2**20 / 1000:.3g}KB is too small for one tile of scores; embeddings of "
            f"width {width} need at least {math.ceil(smallest * 2**20 / 1000)}KB"
        )


def largest_entry(embeddings: Tensor) -> float:
    """Size of the largest entry."""
    return float(torch.maximum(embeddings.max(), -embeddings.min()))


def _of_usual_size(embeddings: Tensor, largest: float) -> Tensor:
    """The embeddings, times a power of two where their products would leave the range of float32 or bfloat16."""
    exponent = math.frexp(largest)[1]
    if largest == 0 or abs(exponent) < _EXTREME_EXPONENT:
        return embeddings
    # In two steps: one factor alone may be out of range, too.
    half = -exponent // 2
    return embeddings * 2.0**half * 2.0 ** (-exponent - half)


def _filled(indices: Tensor, length: int) -> Tensor:
    return torch.nn.functional.pad(indices, (0, length - len(indices)))


PairScores = Callable[[Tensor, Tensor], Tensor]
"""Exact scores of queries and gallery entries, given by index, ``(N,)`` each."""
