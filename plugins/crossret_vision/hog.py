"""``hog``: histograms of oriented gradients and colours; needs no weights and does not train."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from crossret_vision.pictures import resized

if TYPE_CHECKING:
    from PIL.Image import Image

VERSION = 1
SIZE = 64
CELL = 8
ORIENTATIONS = 9
BLOCK = 2
CLIP = 0.2
EPSILON = 1e-5
LEVELS = 4
PALETTE_WEIGHT = 0.5


class Hog:
    """Shape from gradients, layout from mean colours, palette from colour histograms.

    Three groups are joined: HOG (1764), the mean colours of 8 × 8 cells (192), and the square roots of the colour
    histograms of the whole picture and of its middle (128). Shape and layout have a norm of about 1, the palette of
    1/2: as it ignores where a colour is, it finds the same thing in another drawing less often.
    """

    trains = False

    def __init__(self) -> None:
        cells = SIZE // CELL
        self.dimension = (cells - BLOCK + 1) ** 2 * BLOCK**2 * ORIENTATIONS + cells**2 * 3 + 2 * LEVELS**3

    def fingerprint(self) -> str:
        """Hash of the settings."""
        settings = f"hog {VERSION} {SIZE} {CELL} {ORIENTATIONS} {BLOCK} {CLIP} {LEVELS} {PALETTE_WEIGHT}"
        return hashlib.sha256(settings.encode()).hexdigest()[:16]

    def preprocess(self, image: Image) -> np.ndarray:
        """A picture as uint8 ``(3, 64, 64)``."""
        return resized(image, SIZE)

    @torch.inference_mode()
    def __call__(self, pixels: Tensor) -> Tensor:
        """Uint8 ``(N, 3, 64, 64)`` → features ``(N, 2084)`` float32."""
        colours = pixels.float() / 255
        groups = [block_histograms(cell_histograms(colours)), cell_colours(colours), palettes(pixels) * PALETTE_WEIGHT]
        return torch.cat(groups, dim=1)


def cell_histograms(colours: Tensor) -> Tensor:
    """Votes of the gradients in each cell: ``(N, 3, S, S)`` → ``(N, 9, S/8, S/8)``.

    A gradient counts for its magnitude in the colour channel where it is strongest, and is shared between the two
    nearest of nine unsigned orientations (centres 10°, 30°, … 170°).

    Source: Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection", CVPR 2005.
    """
    down, across = torch.zeros_like(colours), torch.zeros_like(colours)
    down[:, :, 1:-1] = colours[:, :, 2:] - colours[:, :, :-2]
    across[..., 1:-1] = colours[..., 2:] - colours[..., :-2]
    magnitude, channel = torch.hypot(down, across).max(dim=1, keepdim=True)
    angle = torch.atan2(down.gather(1, channel), across.gather(1, channel))
    position = (angle / torch.pi * ORIENTATIONS - 0.5).remainder(ORIENTATIONS)
    votes = []
    for orientation in range(ORIENTATIONS):
        distance = (position - orientation).abs()
        share = (1 - torch.minimum(distance, ORIENTATIONS - distance)).clamp_min(0)
        votes.append(functional.avg_pool2d(share * magnitude, CELL))
    return torch.cat(votes, dim=1)


def block_histograms(cells: Tensor) -> Tensor:
    """Overlapping 2 × 2 blocks, each normalised (L2, clipped, L2): ``(N, 9, C, C)`` → ``(N, (C-1)² · 36)``."""
    blocks = functional.unfold(cells, BLOCK).transpose(1, 2)
    blocks = blocks / (blocks.square().sum(2, keepdim=True) + EPSILON**2).sqrt()
    blocks = blocks.clamp_max(CLIP)
    blocks = blocks / (blocks.square().sum(2, keepdim=True) + EPSILON**2).sqrt()
    return blocks.flatten(1) / math.sqrt(blocks.shape[1])


def cell_colours(colours: Tensor) -> Tensor:
    """Mean colours of the cells, from -1 to 1 and scaled to norm 1 at most: ``(N, 3, S, S)`` → ``(N, 192)``."""
    means = functional.avg_pool2d(colours, CELL).flatten(1) * 2 - 1
    return means / math.sqrt(means.shape[1])


def palettes(pixels: Tensor) -> Tensor:
    """Square roots of the colour histograms of the picture and of its middle: ``(N, 3, S, S)`` → ``(N, 128)``."""
    step = 256 // LEVELS
    red, green, blue = (pixels // step).long().unbind(dim=1)
    colour = (red * LEVELS + green) * LEVELS + blue
    edge = pixels.shape[-1] // 4
    parts = (colour, colour[:, edge:-edge, edge:-edge])
    return torch.cat([shares(part.flatten(1), LEVELS**3) for part in parts], dim=1).div(len(parts)).sqrt()


def shares(values: Tensor, bins: int) -> Tensor:
    """Relative frequency of each value of a row: integers ``(N, P)`` below ``bins`` → ``(N, bins)``."""
    counts = torch.zeros(values.shape[0], bins, device=values.device)
    return counts.scatter_add_(1, values, torch.ones_like(values, dtype=counts.dtype)) / values.shape[1]
