"""Clips of two to five frames for the items of a tiny data set; a "video file" is a text with one colour a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tiny_data import TinyDataset
from torch import Tensor, nn

from crossret.contracts.data import Item
from crossret.errors import DataError

DIMENSION = 3


def frames_of(item: Item) -> np.ndarray:
    """Features ``(F, 3)``: the subject's colour gets brighter from frame to frame."""
    number = int(item.subject.removeprefix("s"))
    colour = np.random.default_rng(number).random(DIMENSION)
    return (colour * np.arange(1, 3 + number % 4)[:, None]).astype(np.float32)


@dataclass(frozen=True)
class TinyClips(TinyDataset):
    """The tiny data set with clips instead of pictures."""

    folder: Path = Path()

    def clip(self, item: Item) -> Path:
        path = self.folder / f"{item.id.replace('/', '-')}.txt"
        np.savetxt(path, frames_of(item))
        return path


class LineReader(nn.Module):
    """A clip backbone: a line is a frame; the features are its numbers, doubled."""

    dimension = DIMENSION

    def __init__(self, *, trains: bool = False) -> None:
        super().__init__()
        self.trains = trains
        self.clips: list[str] = []
        self.dropout = nn.Dropout(0.5)

    def fingerprint(self) -> str:
        return "lines"

    def preprocess_clip(self, clip: Path) -> np.ndarray:
        if not clip.exists():
            raise DataError(f"{clip}: no such file")
        self.clips.append(clip.name)
        return np.loadtxt(clip, dtype=np.float32, ndmin=2)

    def forward(self, pixels: Tensor) -> Tensor:
        doubled: Tensor = self.dropout(pixels * 2)
        return doubled


@dataclass
class StoredFrames:
    """Frame features from elsewhere."""

    dimension: int = DIMENSION
    asked: list[str] = field(default_factory=list)

    def fingerprint(self) -> str:
        return "stored frames"

    def frame_features(self, items: Sequence[Item]) -> list[np.ndarray]:
        self.asked += [item.id for item in items]
        return [frames_of(item) for item in items]
