"""Baselines: methods without training, which show what a score is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image


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


@runtime_checkable
class PictureBaseline(Protocol):
    """Places captions and pictures in one space without seeing the data set: a dual encoder that was trained elsewhere.

    A ``torch.nn.Module`` is moved to the device that is computed on.
    """

    def fingerprint(self) -> str:
        """Hash of weights and settings."""
        ...

    def embed_captions(self, captions: Sequence[str]) -> np.ndarray:
        """Captions ``(Q, D)``, float32, ranked by dot product; a caption's vector does not depend on the others."""
        ...

    def embed_pictures(self, pictures: Sequence[Image]) -> np.ndarray:
        """RGB pictures ``(M, D)``, float32, ranked by dot product; a picture's vector does not depend on the others."""
        ...
