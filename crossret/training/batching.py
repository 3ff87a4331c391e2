"""How a batch's sentences reach the model, and which samples count as one subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from crossret.contracts.loss import View
from crossret.data.sampling import Batch


class Batching(Protocol):
    """Prepares a batch for one step."""

    @property
    def buckets(self) -> int:
        """In how many parts, from short to long texts, a batch passes the tower."""
        ...

    def groups(self, views: tuple[View, ...]) -> tuple[tuple[View, ...], ...]:
        """Which views are tokenised, padded and encoded together."""
        ...

    def subjects(self, batch: Batch) -> np.ndarray:
        """``(N,)`` numbers; samples with equal ones are no negatives of one another."""
        ...


class ViewsTogether:
    """All sentences pass the encoder in one call; samples of one subject do not compete."""

    buckets = 1

    def groups(self, views: tuple[View, ...]) -> tuple[tuple[View, ...], ...]:
        """One group."""
        return (views,) if views else ()

    def subjects(self, batch: Batch) -> np.ndarray:
        """As drawn."""
        return batch.subjects


class ViewsApart:
    """As published: each view is padded to its own longest sentence, and every other sample is a negative."""

    buckets = 1

    def groups(self, views: tuple[View, ...]) -> tuple[tuple[View, ...], ...]:
        """Each view alone."""
        return tuple((view,) for view in views)

    def subjects(self, batch: Batch) -> np.ndarray:
        """Each sample is a subject of its own."""
        return np.arange(len(batch.subjects))


@dataclass(frozen=True)
class InBuckets:
    """Texts of similar length pass the tower together, each view alone; samples of one subject do not compete."""

    buckets: int

    def groups(self, views: tuple[View, ...]) -> tuple[tuple[View, ...], ...]:
        """Each view alone."""
        return tuple((view,) for view in views)

    def subjects(self, batch: Batch) -> np.ndarray:
        """As drawn."""
        return batch.subjects
