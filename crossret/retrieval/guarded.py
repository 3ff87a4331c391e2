"""Exact ranks at the speed of bfloat16: what is too close to call is scored again in float32."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from crossret.retrieval.counting import Pairs, ahead, count_tiles
from crossret.retrieval.ranks import PositiveRanks, checked_products
from crossret.retrieval.relevance import Relevance
from crossret.retrieval.tiles import BYTES_PER_CELL, Grid

# A tensor core may add in fewer bits than float32 has and cut instead of rounding: four times float32's unit.
_UNIT_OF_SUMS = 2.0**-22
_UNIT_OF_BFLOAT16 = 2.0**-8
_ROUNDED_TILE_BYTES = 2


@torch.no_grad()
def certified_ranks(captions: Tensor, items: Tensor, relevance: Relevance, *, memory_mb: float = 256) -> PositiveRanks:
    """The ranks of :func:`crossret.retrieval.ranks.positive_ranks`, from products of embeddings rounded to bfloat16.

    A rounded score differs from the true one by no more than a margin, which follows from the measured rounding error
    of the embeddings (Cauchy-Schwarz) and a bound for the sums. Entries further than that from a positive are decided;
    those within are scored again in float32, by the same kernel as the positive. So the ranks are those of float32
    scores, save where two of these agree to the last bits.

    Args:
        captions: caption embeddings of any floating type, shape ``(C, D)``.
        items: visual embeddings on the same device, shape ``(M, D)``.
        relevance: the positive pairs of these C captions and M items.
        memory_mb: MiB that scores and comparisons may take, beyond the inputs in float32 and bfloat16.

    Returns:
        The ranks, and how many comparisons were ``rescored``.

    Raises:
        DataError: shapes or devices do not fit, or an embedding is not finite (its side and row are named).
        UsageError: the memory budget is not positive.
    """
    exact = checked_products(captions, items, relevance)
    grid = Grid.within(len(captions), len(items), memory_mb, BYTES_PER_CELL + _ROUNDED_TILE_BYTES)
    left, right = _Rounded.of(exact.queries), _Rounded.of(exact.items)
    pair_captions = torch.as_tensor(relevance.captions, device=captions.device)
    pair_items = torch.as_tensor(relevance.items, device=captions.device)
    positive = _scored(left.exact, pair_captions, right.exact, pair_items, grid.cells)
    to_items = Pairs.of(relevance.captions, relevance.items, positive)
    to_captions = Pairs.of(relevance.items, relevance.captions, positive)
    judges = (
        _Guarded(to_items, left, right, grid.cells, _margins(left, right)),
        _Guarded(to_captions, right, left, grid.cells, _margins(right, left)),
    )

    def score(rows: slice, columns: slice) -> Tensor:
        return _product(left.rounded[rows], right.rounded[columns])

    ranks = count_tiles(score, grid, (to_items, judges[0]), (to_captions, judges[1]))
    return PositiveRanks(*ranks, rescored=sum(sum(judge.rescored) for judge in judges))


@dataclass(frozen=True, eq=False)
class _Rounded:
    """One side in both precisions, scaled so that no number is larger than one.

    Attributes:
        exact: float32, ``(N, D)``.
        rounded: the same in bfloat16.
        norms: of the rounded rows, ``(N,)``.
        errors: norms of what rounding took, ``(N,)``.
    """

    exact: Tensor
    rounded: Tensor
    norms: Tensor
    errors: Tensor

    @classmethod
    def of(cls, embeddings: Tensor) -> _Rounded:
        # A power of two changes no digit of any score; bfloat16 overflows a little before float32.
        largest = torch.maximum(embeddings.max(), -embeddings.min())
        exact = torch.ldexp(embeddings, -torch.frexp(largest).exponent)
        rounded = exact.to(torch.bfloat16)
        again = rounded.to(torch.float32)
        norms, errors = torch.linalg.vector_norm(again, dim=1), torch.linalg.vector_norm(exact - again, dim=1)
        return cls(exact, rounded, norms, errors)


def _product(left: Tensor, right: Tensor) -> Tensor:
    with torch.autocast(left.device.type, enabled=False):
        if left.device.type == "cuda":
            tile: Tensor = torch.mm(left, right.T, out_dtype=torch.float32)
        else:
            tile = (left @ right.T).to(torch.float32)
    return tile


def _margins(queries: _Rounded, gallery: _Rounded) -> Tensor:
    """How far a rounded score of each query may be from the float32 score, ``(Q,)``."""
    largest, worst = gallery.norms.max(), gallery.errors.max()
    rounding = queries.errors * (largest + worst) + queries.norms * worst
    # A tile that comes back in bfloat16 was rounded once more; the positive's own float32 sum has an error, too.
    unit = 2 * queries.exact.shape[1] * _UNIT_OF_SUMS
    if queries.exact.device.type != "cuda":
        unit += _UNIT_OF_BFLOAT16
    return rounding + unit * (queries.norms + queries.errors) * (largest + worst)


def _scored(left: Tensor, rows: Tensor, right: Tensor, columns: Tensor, cells: int) -> Tensor:
    """Float32 dot products of chosen rows, ``(N,)``: each the same whatever it stands beside."""
    step = max(1, cells // left.shape[1])
    parts = [
        (left[rows[start : start + step]] * right[columns[start : start + step]]).sum(dim=1)
        for start in range(0, max(1, len(rows)), step)
    ]
    return torch.cat(parts)


@dataclass(frozen=True, eq=False)
class _Guarded:
    """Trusts a rounded score outside the margin around the positive, and scores again inside it.

    Attributes:
        margins: per query, ``(Q,)``.
        rescored: comparisons decided in float32, block by block.
    """

    pairs: Pairs
    queries: _Rounded
    gallery: _Rounded
    cells: int
    margins: Tensor
    rescored: list[int] = field(default_factory=list)

    def ahead(self, block: Tensor, pairs: slice, gallery: slice) -> Tensor:
        """Those certainly ahead, and those ahead in float32."""
        positive, margin = self.pairs.positive[pairs], self.margins[self.pairs.row[pairs]].unsqueeze(1)
        certain = block > positive + margin
        counts = certain.sum(dim=1, dtype=torch.int32)
        close = (block >= positive - margin).logical_xor_(certain)
        pair, column = torch.nonzero(close, as_tuple=True)
        self.rescored.append(len(pair))
        index = column + gallery.start
        row = self.pairs.row[pairs][pair]
        scores = _scored(self.queries.exact, row, self.gallery.exact, index, self.cells)
        before = ahead(scores, positive[pair, 0], index, self.pairs.own[pairs][pair, 0])
        return counts.index_add_(0, pair, before.to(torch.int32))
