"""Visual backbones: pictures in, feature vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image
    from torch import Tensor

    from crossret.contracts.data import Item


@runtime_checkable
class PixelBackbone(Protocol):
    """Encodes pictures. A ``torch.nn.Module`` if it trains, any callable if it does not.

    Attributes:
        dimension: width D of its features.
        trains: ``False`` if its features never change, so that they are computed once and cached.
    """

    dimension: int
    trains: bool

    def fingerprint(self) -> str:
        """Hash of everything that the features of an untrained call depend on (weights, preprocessing, version)."""
        ...

    def preprocess(self, image: Image) -> np.ndarray:
        """One picture → an array of fixed shape and type, e.g. ``(3, H, W)`` uint8; arrays are stacked to a batch."""
        ...

    def __call__(self, pixels: Tensor) -> Tensor:
        """``(N, *preprocessed shape)`` → features ``(N, D)`` float32."""
        ...


@runtime_checkable
class FeatureBackbone(Protocol):
    """Looks features up instead of computing them (a file made elsewhere)."""

    dimension: int

    def fingerprint(self) -> str:
        """Hash of the stored features."""
        ...

    def features(self, items: Sequence[Item]) -> np.ndarray:
        """Features ``(N, D)`` float32 of the items, in their order.

        Raises:
            DataError: an item has no features, or they are not finite.
        """
        ...


VisualBackbone = PixelBackbone | FeatureBackbone
