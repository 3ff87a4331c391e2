"""Random retrieval problems with many ties, several positives both ways and distractors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from hypothesis import strategies as st

from crossret.retrieval.approximation import smallest_budget
from crossret.retrieval.relevance import Relevance


@dataclass(frozen=True)
class Problem:
    captions: np.ndarray
    items: np.ndarray
    relevance: Relevance

    def tensors(self) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.from_numpy(self.captions), torch.from_numpy(self.items)


@st.composite
def problems(draw: st.DrawFn, most: int = 40) -> Problem:
    """Embeddings of multiples of 0.25, so that every dot product is exact whatever the order of summation."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    caption_count, item_count = draw(st.integers(1, most)), draw(st.integers(1, most))
    width, spread = draw(st.integers(1, 9)), draw(st.integers(0, 6))
    possible = caption_count * item_count
    pairs = rng.choice(possible, size=draw(st.integers(1, min(possible, 60))), replace=False)
    return Problem(
        captions=(rng.integers(-spread, spread + 1, (caption_count, width)) / 4).astype(np.float32),
        items=(rng.integers(-spread, spread + 1, (item_count, width)) / 4).astype(np.float32),
        relevance=Relevance(pairs // item_count, pairs % item_count, caption_count, item_count),
    )


def budgets() -> st.SearchStrategy[float]:
    """Memory budgets in MiB, from one score per tile to everything at once; ranks need :func:`workable` ones."""
    return st.one_of(st.just(256.0), st.integers(1, 900).map(lambda cells: cells * 16 / 2**20))


def workable(memory_mb: float, width: int) -> float:
    """The budget, or the smallest that ranks of embeddings of that width can do with."""
    return max(memory_mb, smallest_budget(width))
