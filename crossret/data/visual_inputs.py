"""What the visual tower receives for the items of a split: cached features, or pixels if the backbone trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crossret.contracts.data import Dataset, Item, Split
from crossret.contracts.visual import ClipBackbone, FrameFeatureBackbone, PixelBackbone, VisualBackbone
from crossret.data.array_cache import cached_array, key_of
from crossret.data.clip_inputs import ClipInputs
from crossret.errors import ComponentError, DataError

if TYPE_CHECKING:
    from crossret.data.ragged import Ragged

ENCODE_BATCH = 64


@dataclass(frozen=True)
class VisualInputs:
    """Inputs per split of one data set under one backbone.

    Attributes:
        most_frames: of a clip, from the first on.
    """

    dataset: Dataset
    backbone: VisualBackbone
    most_frames: int
    device: str = "cpu"

    @property
    def trains(self) -> bool:
        """Whether the backbone is part of the trained model, so that its inputs are pixels."""
        return isinstance(self.backbone, PixelBackbone | ClipBackbone) and self.backbone.trains

    @property
    def framed(self) -> bool:
        """Whether the backbone gives one vector per frame."""
        # Networks often call a part of theirs "features", so pixels are asked for first.
        return not isinstance(self.backbone, PixelBackbone) and isinstance(
            self.backbone, ClipBackbone | FrameFeatureBackbone
        )

    def of(self, split: Split) -> np.ndarray | Ragged:
        """``(N, …)`` inputs of the split's items, or their frames, in gallery order.

        Raises:
            DataError: an item cannot be read.
            UsageError: the backbone reads clips, and the data set has none.
            ComponentError: the backbone breaks its contract.
        """
        if isinstance(self.backbone, PixelBackbone):
            key = key_of(self.dataset.fingerprint(), self.backbone.fingerprint(), *(item.id for item in split.items))
            if self.backbone.trains:
                return cached_array("pixels", key, lambda: self._pixels(split))
            return cached_array("features", key, lambda: self._features(split))
        if isinstance(self.backbone, ClipBackbone | FrameFeatureBackbone):
            return ClipInputs(self.dataset, self.backbone, self.most_frames, self.device).of(split)
        return _checked(self.backbone.features(split.items), len(split.items), self.backbone.dimension)

    def _pixels(self, split: Split) -> np.ndarray:
        return np.stack([self._preprocessed(item) for item in split.items])

    def _preprocessed(self, item: Item) -> np.ndarray:
        assert isinstance(self.backbone, PixelBackbone)
        try:
            image = self.dataset.image(item)
        except (OSError, SyntaxError, ValueError) as error:
            raise DataError(f"item {item.id!r}: its picture cannot be read: {error}") from error
        return self.backbone.preprocess(image)

    def _features(self, split: Split) -> np.ndarray:
        import torch

        assert isinstance(self.backbone, PixelBackbone)
        if isinstance(self.backbone, torch.nn.Module):
            self.backbone.to(self.device).eval()
        found = []
        with torch.inference_mode():
            for start in range(0, len(split.items), ENCODE_BATCH):
                pixels = np.stack([self._preprocessed(item) for item in split.items[start : start + ENCODE_BATCH]])
                found.append(self.backbone(torch.from_numpy(pixels).to(self.device)).float().cpu().numpy())
        return _checked(np.concatenate(found), len(split.items), self.backbone.dimension)


def _checked(features: np.ndarray, count: int, dimension: int) -> np.ndarray:
    if features.shape != (count, dimension):
        raise ComponentError(
            f"visual backbone: expected features of shape ({count}, {dimension}), found {features.shape}"
        )
    if not np.isfinite(features).all():
        row = int(np.argmin(np.isfinite(features).all(axis=1)))
        raise ComponentError(f"visual backbone: features of item {row} are not finite")
    return features
