"""Visual backbones: pictures or clips in, feature vectors out, one per picture or one per frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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


@dataclass(frozen=True, slots=True)
class Frames:
    """N clips, padded to the longest: states ``(N, F, …)`` and mask ``(N, F)``, true where a frame is real.

    A state is a feature vector, or the pixels of a frame if the backbone trains.
    """

    states: Tensor
    mask: Tensor


@runtime_checkable
class ClipBackbone(Protocol):
    """Encodes the frames of clips. A ``torch.nn.Module`` if it trains, any callable if it does not.

    Attributes:
        dimension: width D of a frame's features.
        trains: ``False`` if its features never change, so that they are computed once and cached.
    """

    dimension: int
    trains: bool

    def fingerprint(self) -> str:
        """Hash of everything that the features of an untrained call depend on, choice of frames included."""
        ...

    def preprocess_clip(self, clip: Path) -> np.ndarray:
        """One video file → its frames in order of time, ``(F, …)`` with F ≥ 1; shape and type of a frame are fixed.

        Raises:
            DataError: the file holds no frame that can be read.
        """
        ...

    def __call__(self, pixels: Tensor) -> Tensor:
        """Frames ``(M, …)`` of any clips → features ``(M, D)`` float32."""
        ...


@runtime_checkable
class FrameFeatureBackbone(Protocol):
    """Looks the features of frames up instead of computing them (a file made elsewhere)."""

    dimension: int

    def fingerprint(self) -> str:
        """Hash of the stored features."""
        ...

    def frame_features(self, items: Sequence[Item]) -> list[np.ndarray]:
        """Features ``(F, D)`` float32 of every item, F ≥ 1 frames in order of time; called for some items at a time.

        Raises:
            DataError: an item has no frames, or their features are not finite.
        """
        ...


VisualBackbone = PixelBackbone | FeatureBackbone | ClipBackbone | FrameFeatureBackbone
