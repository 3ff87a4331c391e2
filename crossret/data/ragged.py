"""Items that have different numbers of rows, such as the frames of clips, without padding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Ragged:
    """Rows of N items in order; each part holds the rows of some items, one after another, possibly on the disk.

    Attributes:
        blocks: the rows of each part.
        lengths: ``(N,)`` int64, rows per item.

    Args:
        parts: per part the rows ``(R, …)`` and the number of rows of each of its items, which sum to R.
    """

    def __init__(self, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
        self.blocks = [values for values, _ in parts]
        self.lengths = np.concatenate([lengths for _, lengths in parts]).astype(np.int64)
        self._part = np.repeat(np.arange(len(parts)), [len(lengths) for _, lengths in parts])
        self._start = np.concatenate([np.cumsum(lengths) - lengths for _, lengths in parts]).astype(np.int64)

    def __len__(self) -> int:
        """Number of items."""
        return len(self.lengths)

    @property
    def nbytes(self) -> int:
        """Size of all rows."""
        return sum(values.nbytes for values in self.blocks)

    def rows(self) -> np.ndarray:
        """All rows ``(R, …)``, item after item."""
        return self.blocks[0] if len(self.blocks) == 1 else np.concatenate(self.blocks)

    def padded(self, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows ``(B, F, …)`` of B items, zeros behind the last, and a mask ``(B, F)``, true where a row is real."""
        lengths = self.lengths[items]
        mask = np.arange(lengths.max(initial=1)) < lengths[:, None]
        first = self.blocks[0]
        padded = np.zeros((*mask.shape, *first.shape[1:]), first.dtype)
        for row, (part, start, length) in enumerate(zip(self._part[items], self._start[items], lengths, strict=True)):
            padded[row, :length] = self.blocks[part][start : start + length]
        return padded, mask
