"""Finds the few entries of a tile that are above a floor, in one pass that writes next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

BLOCK = 8
"""How many entries stand behind their largest one. More, and too much is looked at again; fewer, and too many are."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Some entries of a tile.

    Attributes:
        rows: within the tile, ``(N,)``.
        columns: within the tile, ``(N,)``.
        scores: ``(N,)``.
    """

    rows: Tensor
    columns: Tensor
    scores: Tensor


@dataclass(frozen=True, eq=False)
class Sieve:
    """Blocks of a tile's rows, and whether their largest entry is above the floor of the row.

    Attributes:
        scores: the tile as it lies in memory.
        along: which of its dimensions a row runs along; what remains of a row after the last block is not in one.
        floor: per row, shaped to be compared with the scores.
        above: 1 or 0 per block, as float32, the blocks of a row along the same dimension.
    """

    scores: Tensor
    along: int
    floor: Tensor
    above: Tensor

    @classmethod
    def of(cls, tile: Tensor, floor: Tensor) -> Sieve:
        """Compare the largest entry of every block.

        Args:
            tile: scores, ``(R, C)``, contiguous or the transposed of a contiguous tensor.
            floor: per row, ``(R,)``.
        """
        along = 1 if tile.is_contiguous() else 0
        scores = tile if along == 1 else tile.T
        width = tile.shape[1] // BLOCK
        # The entries of a block stand apart, so that neighbours are in different blocks and compared as one vector.
        largest = torch.unflatten(scores.narrow(along, 0, width * BLOCK), along, (BLOCK, width)).amax(along)
        floor = floor.unsqueeze(along)
        # On a CPU torch compares in vectors only where the result has the type of what is compared.
        return cls(scores, along, floor, torch.gt(largest, floor, out=largest))

    def in_blocks(self) -> Tensor:
        """Per row, how many entries are in blocks above the floor, ``(R,)`` float32."""
        return self.above.sum(self.along) * BLOCK

    def without(self, rows: Tensor) -> Sieve:
        """Nothing of these rows, ``(R,)`` booleans, is above."""
        out = rows.unsqueeze(self.along)
        return Sieve(self.scores, self.along, self.floor.masked_fill(out, torch.inf), self.above * ~out)

    def entries(self, at_once: int) -> Iterator[Entries]:
        """The entries above the floor of their row, found among at most so many at a time."""
        for places in torch.split(torch.nonzero(self.above.view(-1)).squeeze(1), max(1, at_once // BLOCK)):
            yield self._in_blocks(places)
        whole = self.above.shape[self.along] * BLOCK
        rest = self.scores.narrow(self.along, whole, self.scores.shape[self.along] - whole)
        if rest.numel():
            at = torch.nonzero(rest > self.floor, as_tuple=True)
            yield Entries(at[1 - self.along], at[self.along] + whole, rest[at])

    def _in_blocks(self, places: Tensor) -> Entries:
        width, line = self.above.shape[self.along], self.scores.shape[1]
        if self.along == 1:
            row = _quotients(places, width)
            first, step = places + row * (line - width), width
        else:
            row = places - _quotients(places, line) * line
            first, step = places, width * line
        positions = (first + step * torch.arange(BLOCK, device=first.device).unsqueeze(1)).view(-1)
        scores = self.scores.view(-1).index_select(0, positions).view(BLOCK, -1)
        within, block = torch.nonzero(scores > self.floor.view(-1).index_select(0, row), as_tuple=True)
        found, rows = within * len(row) + block, row.index_select(0, block)
        position = positions.index_select(0, found)
        columns = position - rows * line if self.along == 1 else _quotients(position, line)
        return Entries(rows, columns, scores.view(-1).index_select(0, found))


def _quotients(numbers: Tensor, divisor: int) -> Tensor:
    if numbers.device.type != "cpu":
        return torch.div(numbers, divisor, rounding_mode="floor")
    # numpy multiplies instead of dividing.
    return torch.from_numpy(np.floor_divide(numbers.numpy(), divisor))
