"""What the visual tower receives for the items of a split: cached features, or pixels if the backbone trains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossret.contracts.data import Dataset, Item, Split
from crossret.contracts.visual import PixelBackbone, VisualBackbone
from crossret.data.array_cache import cached_array, key_of
from crossret.errors import ComponentError, DataError

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
