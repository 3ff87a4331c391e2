"""Baselines: methods without training, which show what a score is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np


@runtime_checkable
class Baseline(Protocol):
    """Places captions and items in one space without seeing a training example."""

    def fingerprint(self) -> str:
        """Hash of its settings."""
        ...

    def embed(self, captions: Sequence[str], descriptions: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Captions ``(Q, D)`` and items ``(M, D)``, float32, ranked by dot product.

        Args:
            captions: the query captions.
            descriptions: the source-language text of each gallery item.
        """
        ...
