"""What the visual tower receives for the items of a split: cached features, or pixels if the backbone trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crossret.contracts.data import Dataset, Split
from crossret.contracts.visual import PixelBackbone, VisualBackbone
from crossret.data.array_cache import cached_array, key_of
from crossret.errors import ComponentError

ENCODE_BATCH = 64


@dataclass(frozen=True)
class VisualInputs:
    """Inputs per split of one data set under one backbone."""

    dataset: Dataset
    backbone: VisualBackbone
    device: str = "cpu"

    @property
    def trains(self) -> bool:
        """Whether the backbone is part of the trained model, so that its inputs are pixels."""
        return isinstance(self.backbone, PixelBackbone) and self.backbone.trains

    def of(self, split: Split) -> np.ndarray:
        """``(N, …)`` inputs of the split's items, in gallery order.

        Raises:
            DataError: an item cannot be read.
            ComponentError: the backbone breaks its contract.
        """
        # Networks often call a part of theirs "features", so pixels are asked for first.
        if not isinstance(self.backbone, PixelBackbone):
            return _checked(self.backbone.features(split.items), len(split.items), self.backbone.dimension)
        key = key_of(self.dataset.fingerprint(), self.backbone.fingerprint(), *(item.id for item in split.items))
        if self.backbone.trains:
            return cached_array("pixels", key, lambda: self._pixels(split))
        return cached_array("features", key, lambda: self._features(split))

    def _pixels(self, split: Split) -> np.ndarray:
        preprocess = self._preprocess()
        return np.stack([preprocess(self.dataset.image(item)) for item in split.items])

    def _preprocess(self) -> Callable[..., np.ndarray]:
        assert isinstance(self.backbone, PixelBackbone)
        return self.backbone.preprocess

    def _features(self, split: Split) -> np.ndarray:
        import torch

        assert isinstance(self.backbone, PixelBackbone)
        if isinstance(self.backbone, torch.nn.Module):
            self.backbone.to(self.device).eval()
        found = []
        with torch.inference_mode():
            for start in range(0, len(split.items), ENCODE_BATCH):
                images = split.items[start : start + ENCODE_BATCH]
                pixels = np.stack([self.backbone.preprocess(self.dataset.image(item)) for item in images])
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
