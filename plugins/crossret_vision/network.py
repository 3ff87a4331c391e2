"""A network of another library as a pixel backbone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from PIL.Image import Image


class NetworkBackbone(nn.Module):
    """Normalises pixels and runs a network; frozen in evaluation mode if it does not train.

    Args:
        network: normalised pixels ``(N, 3, H, W)`` → features ``(N, D)``.
        transform: an RGB picture → anything that numpy turns into uint8 ``(3, H, W)``.
        mean: of the three channels, from 0 to 1.
        std: of the three channels.
        dimension: D.
        trains: whether its weights change.
        fingerprint: hash of the weights, the preprocessing and the version of the library.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        network: nn.Module,
        *,
        transform: Callable[[Image], Any],
        mean: Sequence[float],
        std: Sequence[float],
        dimension: int,
        trains: bool,
        fingerprint: str,
    ) -> None:
        super().__init__()
        self.network = network.requires_grad_(trains)
        self.transform = transform
        self.dimension = dimension
        self.trains = trains
        self._fingerprint = fingerprint
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1), persistent=False)
        self.train(trains)

    def train(self, mode: bool = True) -> Self:
        """Training mode, which a frozen network never enters: its normalisation and dropout stay as evaluated."""
        return super().train(mode and self.trains)

    def fingerprint(self) -> str:
        """Hash of the initial weights, the preprocessing and the version of the library."""
        return self._fingerprint

    def preprocess(self, image: Image) -> np.ndarray:
        """A picture as uint8 ``(3, H, W)``, resized and cropped as the weights were trained."""
        return np.ascontiguousarray(self.transform(image.convert("RGB")), dtype=np.uint8)

    def forward(self, pixels: Tensor) -> Tensor:
        """Uint8 ``(N, 3, H, W)`` → features ``(N, D)`` float32."""
        with torch.set_grad_enabled(self.trains and torch.is_grad_enabled()):
            features: Tensor = self.network((pixels.float() / 255 - self.mean) / self.std)
        return features.float()
