"""Rows of scores compared with thresholds, in segments, so that few scores need a second look."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from crossret.errors import UsageError

_SEGMENTS = 16
_SHORTEST = 64


@dataclass(frozen=True, eq=False)
class Segments:
    """The rows of a tile, cut into segments of the same length.

    Attributes:
        scores: as they lie in memory: ``(R, length, segments)`` where an entry's neighbours belong to its row, else
            ``(segments, length, R)``.
        by_row: whether they do.
        start: the first column.
    """

    scores: Tensor
    by_row: bool
    start: int

    @classmethod
    def of(cls, tile: Tensor) -> list[Segments]:
        """All columns of a tile ``(R, C)``, contiguous or the transposed of a contiguous tensor, and the last few."""
        by_row, width = tile.is_contiguous(), tile.shape[1]
        # Chosen so that a CPU adds whole vectors, and adds them up in its registers or its innermost cache.
        count = min(_SEGMENTS, max(1, width // _SHORTEST))
        whole = width - width % (count if by_row else _SEGMENTS)
        parts = []
        if whole:
            main = tile[:, :whole]
            scores = torch.unflatten(main, 1, (-1, count)) if by_row else torch.unflatten(main.T, 0, (-1, _SEGMENTS))
            parts.append(cls(scores, by_row, 0))
        if whole < width:
            rest = tile[:, whole:]
            parts.append(cls(rest.unsqueeze(2) if by_row else rest.T.unsqueeze(0), by_row, whole))
        return parts

    def over_rows(self, counts: Tensor) -> Tensor:
        """Counts per segment, ``(A, T, B)``, added up per row, ``(R, T)``."""
        return counts.sum(2, dtype=torch.int32) if self.by_row else counts.sum(0, dtype=torch.int32).T

    def places(self, rows: Tensor, columns: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Where entries are that may be in these segments: which are, and their places along both ends of a count."""
        columns = columns - self.start
        length, segments = self.scores.shape[1], self.scores.shape[2 if self.by_row else 0]
        inside = torch.nonzero((columns >= 0) & (columns < length * segments)).squeeze(1)
        rows, columns = rows[inside], columns[inside]
        if self.by_row:
            return inside, rows, columns % segments
        return inside, torch.div(columns, length, rounding_mode="floor"), rows

    def columns(self, first: Tensor, last: Tensor, within: Tensor) -> Tensor:
        """Columns of entries, given by their places along the three dimensions of the scores."""
        if self.by_row:
            return self.start + within * self.scores.shape[2] + last
        return self.start + first * self.scores.shape[1] + within


Count = Callable[[Segments, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Takes segments, and low and high thresholds of their rows, ``(R, T)`` each. Gives how many scores of each segment are
above the low, but not above the high one, and how many are above the high one: int32, ``(A, T, B)`` each, where A and B
are the first and the last dimension of the segments' scores."""


@dataclass(frozen=True)
class Comparison:
    """How they are counted.

    Attributes:
        few: up to so many thresholds, that is quicker than looking for the large scores of a row first.
    """

    count: Count
    few: int


def comparison(compiled: bool, device: torch.device) -> Comparison:
    """One threshold after the other, or all in one pass, compiled for a kind of device.

    Raises:
        UsageError: torch cannot compile here.
    """
    return _compiled(device.type) if compiled else Comparison(_count, few=0)


def _count(segments: Segments, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    scores = segments.scores
    # On a CPU torch compares in vectors only where the result has the type of what is compared. Up to 2**24 float32
    # counts exactly, and no tile there is longer.
    marks = torch.empty_like(scores, dtype=scores.dtype if scores.device.type == "cpu" else torch.bool)

    def above(thresholds: Tensor) -> Tensor:
        each = [one[:, None, None] if segments.by_row else one for one in thresholds.unbind(1)]
        return torch.stack([torch.gt(scores, one, out=marks).sum(dim=1) for one in each], dim=1).to(torch.int32)

    certain = above(high)
    return above(low) - certain, certain


@functools.cache
@torch.no_grad()
def _compiled(device: str) -> Comparison:
    by_row, by_column = (torch.compile(one, dynamic=True) for one in (_by_row, _by_column))

    def count(segments: Segments, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        # A size of 1 would be compiled for itself; it belongs to the last few columns or to a small tile.
        if 1 in segments.scores.shape:
            return _count(segments, low, high)
        return (by_row if segments.by_row else by_column)(segments.scores, low, high)

    try:
        # The sizes of the first calls decide how loops are nested and shared among threads.
        zeros = torch.zeros(2048, 2048, device=device)
        for tile, thresholds in itertools.product((zeros, zeros.T), (1, 5)):
            none = zeros.new_zeros(2048, thresholds)
            count(Segments.of(tile)[0], none, none)
    except Exception as error:  # torch has many, one for each way in which a compiler may fail
        reason = str(error).strip().splitlines()[0]
        raise UsageError(f"evaluation.compile: torch.compile does not work here ({reason})") from error
    return Comparison(count, few=8)


def _by_row(scores: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    return _in_one_pass(scores, low[:, :, None, None], high[:, :, None, None])


def _by_column(scores: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    return _in_one_pass(scores, *(one.T.contiguous()[None, :, None, :] for one in (low, high)))


def _in_one_pass(scores: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    scores = scores.unsqueeze(1)
    above = scores > high
    near = (scores > low) & (scores <= high)
    # An int32 sum is twice as fast as the default int64 one, and no segment is 2**31 long.
    return near.sum(dim=2, dtype=torch.int32), above.sum(dim=2, dtype=torch.int32)
