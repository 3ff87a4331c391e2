"""Pictures to arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL.Image import Resampling

if TYPE_CHECKING:
    from PIL.Image import Image


def resized(image: Image, size: int) -> np.ndarray:
    """The picture stretched to a square, uint8 ``(3, size, size)``."""
    square = image.convert("RGB").resize((size, size), Resampling.BILINEAR)
    return np.ascontiguousarray(np.asarray(square).transpose(2, 0, 1))
