"""What the visual tower receives for the items of a split: cached features, or pixels if the backbone trains."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL.Image import Image

from crossret.contracts.data import Dataset, Item, Split
from crossret.contracts.visual import ClipBackbone, FrameFeatureBackbone, PixelBackbone, VisualBackbone
from crossret.data.array_cache import cached_array, key_of
from crossret.data.backbone_features import check_repeatable, features_of
from crossret.data.clip_inputs import ClipInputs
from crossret.errors import DataError, UsageError
from crossret.makers import blamed, broken

if TYPE_CHECKING:
    from torch import Tensor

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
                return cached_array("pixels", key, lambda: self._pixels(split.items))
            return cached_array("features", key, lambda: self._features(split))
        if isinstance(self.backbone, ClipBackbone | FrameFeatureBackbone):
            return ClipInputs(self.dataset, self.backbone, self.most_frames, self.device).of(split)
        with blamed(self.backbone):
            features = self.backbone.features(split.items)
        return self._checked(features, split.items)

    def of_picture(self, picture: Image) -> np.ndarray:
        """Inputs ``(1, …)`` of a picture, RGB, that belongs to no data set; nothing is cached.

        Raises:
            UsageError: the backbone reads clips, or looks features up.
            ComponentError: the backbone breaks its contract.
        """
        return self.of_pixels((self.pixels_of(picture),), (Item("the picture", ""),))

    def pixels_of(self, picture: Image) -> np.ndarray:
        """A picture, RGB, as the backbone takes it: much smaller than a photograph.

        Raises:
            UsageError: the backbone reads clips, or looks features up.
            ComponentError: the backbone breaks its contract.
        """
        if not isinstance(self.backbone, PixelBackbone):
            raise UsageError("this model's visual backbone cannot see new pictures: it reads clips, or stored features")
        with blamed(self.backbone):
            return self.backbone.preprocess(picture)

    def of_pixels(self, pixels: Sequence[np.ndarray], items: Sequence[Item]) -> np.ndarray:
        """Inputs ``(N, …)`` of N pictures, of which :meth:`pixels_of` made arrays; nothing is cached.

        Args:
            pixels: of each picture.
            items: what errors call them.

        Raises:
            ComponentError: the backbone breaks its contract.
        """
        stacked = self._stacked(items, pixels)
        return stacked if self.trains else self._checked(self._encoded(stacked), items)

    def _pixels(self, items: Sequence[Item]) -> np.ndarray:
        return self._stacked(items, [self._preprocessed(item) for item in items])

    def _stacked(self, items: Sequence[Item], pictures: Sequence[np.ndarray]) -> np.ndarray:
        for item, picture in zip(items, pictures, strict=True):
            if (picture.shape, picture.dtype) != (pictures[0].shape, pictures[0].dtype):
                raise broken(
                    self.backbone,
                    f"pixels of one shape and type, {pictures[0].dtype} {pictures[0].shape} as of item {items[0].id!r}",
                    f"{picture.dtype} {picture.shape} of item {item.id!r}",
                )
        return np.stack(pictures)

    def _preprocessed(self, item: Item) -> np.ndarray:
        try:
            image = self.dataset.image(item)
        except (OSError, SyntaxError, ValueError) as error:
            raise DataError(f"item {item.id!r}: its picture cannot be read: {error}") from error
        if not isinstance(image, Image):
            raise broken(self.dataset, f"a PIL image of item {item.id!r}", type(image).__name__)
        return self.pixels_of(image)

    def _features(self, split: Split) -> np.ndarray:
        found = []
        for start in range(0, len(split.items), ENCODE_BATCH):
            pixels = self._pixels(split.items[start : start + ENCODE_BATCH])
            if start == 0:
                self._check_repeatable(pixels)
            found.append(self._encoded(pixels))
        return self._checked(np.concatenate(found), split.items)

    def _check_repeatable(self, pixels: np.ndarray) -> None:
        with self._encoding() as backbone:
            check_repeatable(backbone, self._moved(pixels))

    def _encoded(self, pixels: np.ndarray) -> np.ndarray:
        with self._encoding() as backbone:
            return features_of(backbone, self._moved(pixels)).float().cpu().numpy()

    @contextlib.contextmanager
    def _encoding(self) -> Iterator[PixelBackbone]:
        """The backbone on its device, not training and without a graph."""
        import torch

        assert isinstance(self.backbone, PixelBackbone)
        if isinstance(self.backbone, torch.nn.Module):
            self.backbone.to(self.device).eval()
        with torch.inference_mode():
            yield self.backbone

    def _moved(self, pixels: np.ndarray) -> Tensor:
        import torch

        return torch.from_numpy(pixels).to(self.device)

    def _checked(self, features: np.ndarray, items: Sequence[Item]) -> np.ndarray:
        shape = (len(items), self.backbone.dimension)
        if features.shape != shape:
            raise broken(self.backbone, f"features of shape {shape}", str(features.shape))
        if not np.isfinite(features).all():
            row = int(np.argmin(np.isfinite(features).all(axis=1)))
            wrong = features[row][~np.isfinite(features[row])][0]
            raise broken(self.backbone, f"finite features of item {items[row].id!r}", wrong)
        return features
