"""A retrieval problem of any size: items, several captions of each, and who belongs to whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

NOISE = 6.0


@dataclass(frozen=True)
class Problem:
    """Unit vectors, float32: ``captions`` ``(C, D)`` and ``items`` ``(M, D)``; ``owner`` ``(C,)``: a caption's item."""

    captions: np.ndarray
    items: np.ndarray
    owner: np.ndarray

    @property
    def cells(self) -> int:
        """Number of scores."""
        return len(self.captions) * len(self.items)


def make_problem(items: int, per_item: int, width: int, seed: int = 0) -> Problem:
    """Random items; a caption is its item plus noise, so that many are found first and many are not."""
    rng = np.random.default_rng(seed)
    gallery = _unit(rng.standard_normal((items, width), dtype=np.float32))
    owner = np.arange(items * per_item) % items
    captions = rng.standard_normal((items * per_item, width), dtype=np.float32)
    captions *= NOISE * width**-0.5
    captions += gallery[owner]
    return Problem(_unit(captions), gallery, owner)


def _unit(rows: np.ndarray) -> np.ndarray:
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def on(device: str, array: np.ndarray) -> torch.Tensor:
    """The array as a tensor."""
    return torch.from_numpy(array).to(device)
