"""``clips:BACKBONE``: frames of video files, each through a backbone of pictures."""

from __future__ import annotations

import hashlib
from pathlib import Path

import av
import numpy as np
from torch import Tensor, nn

from crossret.contracts.visual import PixelBackbone
from crossret.errors import UsageError
from crossret_video.decoding import sampled_frames

VERSION = 1


class ClipFrames(nn.Module):
    """Cuts a clip into equal parts of time and encodes the frame in the middle of each; trains if its backbone does.

    Args:
        inner: the backbone of pictures (given by crossret: the name's argument, with the option ``options``).
        frames: parts, the largest number of frames of a clip; 12 as in CLIP4Clip (arXiv 2104.08860) for clips of 10 to
            30 seconds.

    Raises:
        UsageError: the inner backbone takes no pictures, or fewer than one frame is asked for.
    """

    def __init__(self, inner: PixelBackbone, frames: int = 12) -> None:
        super().__init__()
        if not isinstance(inner, PixelBackbone):
            raise UsageError("visual-backbone 'clips': expected a backbone of pictures, such as clips:hog")
        if frames < 1:
            raise UsageError(f"visual-backbone 'clips': frames is {frames}; expected 1 or more")
        self.inner = inner
        self.frames = frames
        self.dimension = inner.dimension
        self.trains = inner.trains

    def fingerprint(self) -> str:
        """Hash of the choice of frames, the decoder's version and the inner backbone."""
        settings = f"clips {VERSION} {self.frames} av {av.__version__} {self.inner.fingerprint()}"
        return hashlib.sha256(settings.encode()).hexdigest()[:16]

    def preprocess_clip(self, clip: Path) -> np.ndarray:
        """The chosen frames of a file as the inner backbone wants pictures, ``(F, …)``.

        Raises:
            DataError: the file is missing, no video, cut off or damaged.
        """
        return np.stack([self.inner.preprocess(frame) for frame in sampled_frames(clip, self.frames)])

    def forward(self, pixels: Tensor) -> Tensor:
        """Frames ``(M, …)`` → features ``(M, D)``."""
        return self.inner(pixels)
