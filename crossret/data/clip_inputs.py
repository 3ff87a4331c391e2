"""Frames of clips: decoded and encoded, or looked up, and cached part by part, so that little is lost when stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from crossret.contracts.data import ClipDataset, Dataset, Item, Split
from crossret.contracts.visual import ClipBackbone, FrameFeatureBackbone
from crossret.data.array_cache import cached_arrays, key_of
from crossret.data.backbone_features import features_of
from crossret.data.ragged import Ragged
from crossret.errors import UsageError
from crossret.makers import blamed, broken

if TYPE_CHECKING:
    from pathlib import Path

PART = 128


@dataclass(frozen=True)
class ClipInputs:
    """Frames per split of one data set under one backbone."""

    dataset: Dataset
    backbone: ClipBackbone | FrameFeatureBackbone
    most_frames: int
    device: str

    def of(self, split: Split) -> Ragged:
        """Features ``(F, D)`` of each item's frames, or pixels if the backbone trains, in gallery order.

        Raises:
            DataError: a clip cannot be read.
            UsageError: the backbone reads clips and the data set has none, or it takes too many frames of a clip.
            ComponentError: the backbone breaks its contract.
        """
        trains = isinstance(self.backbone, ClipBackbone) and self.backbone.trains
        kind = "frame-pixels" if trains else "frame-features"
        facts = (self.dataset.fingerprint(), self.backbone.fingerprint(), self.most_frames)
        parts = []
        for start in range(0, len(split.items), PART):
            items = split.items[start : start + PART]
            key = key_of(*facts, *(item.id for item in items))
            values, lengths = cached_arrays(kind, key, ("", ".lengths"), partial(self._part, items))
            parts.append((values, lengths))
        return Ragged(parts)

    def _part(self, items: Sequence[Item]) -> tuple[np.ndarray, np.ndarray]:
        frames = self._looked_up(items) if isinstance(self.backbone, FrameFeatureBackbone) else self._encoded(items)
        return np.concatenate(frames), np.array([len(rows) for rows in frames], dtype=np.int64)

    def _looked_up(self, items: Sequence[Item]) -> list[np.ndarray]:
        assert isinstance(self.backbone, FrameFeatureBackbone)
        with blamed(self.backbone):
            found = self.backbone.frame_features(items)
        if len(found) != len(items):
            raise broken(self.backbone, f"frames of {len(items)} items", f"those of {len(found)}")
        return [self._checked(item, rows[: self.most_frames]) for item, rows in zip(items, found, strict=True)]

    def _encoded(self, items: Sequence[Item]) -> list[np.ndarray]:
        import torch

        assert isinstance(self.backbone, ClipBackbone)
        if self.backbone.trains:
            return [self._pixels(item) for item in items]
        if isinstance(self.backbone, torch.nn.Module):
            self.backbone.to(self.device).eval()
        with torch.inference_mode():
            pixels = (torch.from_numpy(self._pixels(item)).to(self.device) for item in items)
            features = (features_of(self.backbone, frames).float().cpu().numpy() for frames in pixels)
            return [self._checked(item, rows) for item, rows in zip(items, features, strict=True)]

    def _pixels(self, item: Item) -> np.ndarray:
        assert isinstance(self.backbone, ClipBackbone)
        clip = self._clip(item)
        with blamed(self.backbone):
            frames = self.backbone.preprocess_clip(clip)
        if not 1 <= len(frames) <= self.most_frames:
            raise UsageError(
                f"visual backbone: {len(frames)} frames of item {item.id!r}; expected 1 to {self.most_frames} "
                "(model.visual.frames.most)"
            )
        return frames

    def _clip(self, item: Item) -> Path:
        if not isinstance(self.dataset, ClipDataset):
            raise UsageError("the visual backbone reads clips, and the data set has none; expected one for pictures")
        return self.dataset.clip(item)

    def _checked(self, item: Item, rows: np.ndarray) -> np.ndarray:
        dimension = self.backbone.dimension
        if rows.ndim != 2 or not len(rows) or rows.shape[1] != dimension or rows.dtype != np.float32:
            raise broken(
                self.backbone,
                f"frames of item {item.id!r} as float32 of shape (1 or more, {dimension})",
                f"{rows.dtype} of shape {rows.shape}",
            )
        if not np.isfinite(rows).all():
            raise broken(self.backbone, f"finite features of item {item.id!r}", rows[~np.isfinite(rows)][0])
        return rows
