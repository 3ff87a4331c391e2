"""Broken visual backbones."""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from torch import nn

from crossret.errors import DataError


class Pixels:
    """Mean colours of a grid; sound, does not train."""

    dimension = 48
    trains = False

    def __init__(self, size: int = 8):
        self.size = size

    def fingerprint(self):
        return f"pixels {self.size}"

    def preprocess(self, image):
        return np.asarray(image.resize((self.size, self.size))).transpose(2, 0, 1).copy()

    def __call__(self, pixels):
        return nn.functional.adaptive_avg_pool2d(pixels.float(), 4).flatten(1)


class PixelsWrongWidth(Pixels):
    dimension = 47


class PixelsOfTheBatch(Pixels):
    def __call__(self, pixels):
        features = super().__call__(pixels)
        return features - features.mean(0)


class PixelsConstant(Pixels):
    def __call__(self, pixels):
        return torch.ones(len(pixels), self.dimension)


class PixelsAnySize(Pixels):
    def preprocess(self, image):
        return np.asarray(image).transpose(2, 0, 1)


class PixelsSaysItTrains(Pixels):
    trains = True


def _frames(path):
    from PIL import Image, ImageSequence

    try:
        with Image.open(path) as clip:
            return [frame.convert("RGB") for frame in ImageSequence.Iterator(clip)]
    except OSError as error:
        raise DataError(f"{path}: no clip") from error


class Clips:
    """Mean colours of every frame; sound."""

    dimension = 48
    trains = False

    def fingerprint(self):
        return "clips"

    def preprocess_clip(self, clip):
        return np.stack([Pixels().preprocess(frame) for frame in _frames(clip)])

    def __call__(self, pixels):
        return Pixels()(pixels)


class ClipsWithoutFrames(Clips):
    def preprocess_clip(self, clip):
        return super().preprocess_clip(clip)[:0]


class ClipsThatCrash(Clips):
    def preprocess_clip(self, clip):
        try:
            return super().preprocess_clip(clip)
        except DataError as error:
            raise OSError("cannot identify file") from error


class Stored:
    """A vector per item from a hash of its id; sound."""

    dimension = 4

    def fingerprint(self):
        return "stored"

    def features(self, items):
        if any(item.id.startswith("no-such") for item in items):
            raise DataError("no such item")
        return np.array([list(hashlib.sha256(i.id.encode()).digest()[:4]) for i in items], dtype=np.float32)


class StoredInventsItems(Stored):
    def features(self, items):
        return np.array([list(hashlib.sha256(i.id.encode()).digest()[:4]) for i in items], dtype=np.float32)


class StoredSorts(Stored):
    def features(self, items):
        return super().features(sorted(items, key=lambda item: item.id))
