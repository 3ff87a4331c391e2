"""``cnn-tiny``: a small residual network that trains from scratch on a CPU."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor, nn

from crossret_vision.pictures import resized

if TYPE_CHECKING:
    from PIL.Image import Image

VERSION = 1
GROUPS = 8
SMALLEST = 8


class TinyCnn(nn.Module):
    """Three residual stages, each at half the resolution and twice the width of the one before.

    Group normalisation, not batch normalisation: a picture's features do not depend on its batch.

    Args:
        width: channels of the first stage, a multiple of 8.
        size: side of the square picture it sees, in pixels.

    Raises:
        ValueError: the width is no multiple of 8, or the size is below 8.
    """

    dimension = 256
    trains = True

    def __init__(self, width: int = 32, size: int = 48) -> None:
        super().__init__()
        if width < 1 or width % GROUPS:
            raise ValueError(f"expected a width that is a multiple of {GROUPS}, found {width}")
        if size < SMALLEST:
            raise ValueError(f"expected a size of {SMALLEST} pixels or more, found {size}")
        self.width = width
        self.size = size
        self.layers = nn.Sequential(
            Stage(3, width),
            Stage(width, 2 * width),
            Stage(2 * width, 4 * width),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4 * width, self.dimension),
        )

    def fingerprint(self) -> str:
        """Hash of the settings; the initial weights follow from the run's seed."""
        return hashlib.sha256(f"cnn-tiny {VERSION} {self.width} {self.size}".encode()).hexdigest()[:16]

    def preprocess(self, image: Image) -> np.ndarray:
        """A picture as uint8 ``(3, size, size)``."""
        return resized(image, self.size)

    def forward(self, pixels: Tensor) -> Tensor:
        """Uint8 ``(N, 3, size, size)`` → features ``(N, 256)``."""
        features: Tensor = self.layers(pixels.float() / 127.5 - 1)
        return features


class Stage(nn.Module):
    """Halves the resolution, then adds what two convolutions find: ``(N, C, S, S)`` → ``(N, W, S/2, S/2)``."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.down = nn.Sequential(
            nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False), nn.GroupNorm(GROUPS, width), nn.ReLU()
        )
        self.branch = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.GroupNorm(GROUPS, width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.GroupNorm(GROUPS, width),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Feature maps of half the resolution."""
        lowered: Tensor = self.down(maps)
        found: Tensor = self.branch(lowered)
        return (lowered + found).relu()
