from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL.Image import Image
from tiny_data import TinyDataset
from torch import Tensor, nn

from crossret.contracts.data import Item
from crossret.data import visual_inputs
from crossret.data.visual_inputs import VisualInputs
from crossret.errors import ComponentError
from crossret.plugins import registry

DATASET = TinyDataset()
SPLIT = DATASET.split("plain", "val")


class MeanColour(nn.Module):
    """Three numbers per picture; dropout shows whether it is run as it should be."""

    dimension = 3

    def __init__(self, version: int = 1, *, trains: bool = False) -> None:
        super().__init__()
        self.version, self.trains, self.pictures = version, trains, 0
        self.dropout = nn.Dropout(0.5)

    def fingerprint(self) -> str:
        return f"mean {self.version}"

    def preprocess(self, image: Image) -> np.ndarray:
        self.pictures += 1
        return np.asarray(image.resize((2, 2)), dtype=np.uint8).transpose(2, 0, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        means: Tensor = self.dropout(pixels.float().mean((2, 3)) / 255)
        return means


def test_features_are_those_of_the_items_in_their_order_without_dropout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visual_inputs, "ENCODE_BATCH", 5)
    backbone = MeanColour().train()
    found = VisualInputs(DATASET, backbone, 64).of(SPLIT)
    expected = [backbone.preprocess(DATASET.image(item)).mean((1, 2)) / 255 for item in SPLIT.items]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found.dtype == np.float32


def test_features_of_a_frozen_backbone_are_computed_once_per_content() -> None:
    first, second = MeanColour(), MeanColour()
    expected = VisualInputs(DATASET, first, 64).of(SPLIT)
    np.testing.assert_array_equal(VisualInputs(DATASET, second, 64).of(SPLIT), expected)
    assert (first.pictures, second.pictures) == (len(SPLIT.items), 0)
    others = [
        (TinyDataset(distractors=1), MeanColour(), SPLIT),
        (DATASET, MeanColour(version=2), SPLIT),
        (DATASET, MeanColour(), DATASET.split("plain", "test")),
    ]
    for dataset, backbone, split in others:
        VisualInputs(dataset, backbone, 64).of(split)
        assert backbone.pictures == len(split.items)


def test_inputs_of_a_trained_backbone_are_pixels() -> None:
    backbone = MeanColour(trains=True)
    inputs = VisualInputs(DATASET, backbone, 64)
    assert inputs.trains
    pixels = inputs.of(SPLIT)
    assert pixels.shape == (24, 3, 2, 2)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels[3], backbone.preprocess(DATASET.image(SPLIT.items[3])))


def test_a_backbone_with_layers_named_features_still_gets_pixels() -> None:
    """Many networks call their layers so; stored features have a method of that name."""
    backbone = MeanColour()
    backbone.features = nn.Identity()
    assert VisualInputs(DATASET, backbone, 64).of(SPLIT).shape == (24, 3)


@dataclass
class Stored:
    """Features from elsewhere."""

    dimension: int
    found: np.ndarray
    asked: list[str] = field(default_factory=list)

    def fingerprint(self) -> str:
        return "stored"

    def features(self, items: Sequence[Item]) -> np.ndarray:
        self.asked += [item.id for item in items]
        return self.found


def test_stored_features_are_looked_up_and_not_cached(isolated_cache: Path) -> None:
    stored = Stored(4, np.arange(96, dtype=np.float32).reshape(24, 4))
    inputs = VisualInputs(DATASET, stored, 64)
    assert not inputs.trains
    np.testing.assert_array_equal(inputs.of(SPLIT), stored.found)
    assert stored.asked == [item.id for item in SPLIT.items]
    assert not list(isolated_cache.iterdir())


@pytest.mark.parametrize("shape", [(23, 4), (24, 5), (24,)])
def test_features_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ComponentError, match=r"expected features of shape \(24, 4\), found"):
        VisualInputs(DATASET, Stored(4, np.zeros(shape, np.float32)), 64).of(SPLIT)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_no_numbers_are_refused(value: float) -> None:
    broken = np.zeros((24, 4), np.float32)
    broken[7, 2] = value
    with pytest.raises(ComponentError, match=r"expected finite features of item 'val/s3/1', found (nan|inf)"):
        VisualInputs(DATASET, Stored(4, broken), 64).of(SPLIT)


def test_a_real_backbone_tells_subjects_apart() -> None:
    """Both items of a subject show one picture here, so they are one another's nearest."""
    found = torch.from_numpy(np.array(VisualInputs(DATASET, registry().build("visual-backbone", "hog"), 64).of(SPLIT)))
    nearest = torch.cdist(found, found).fill_diagonal_(torch.inf).argmin(1)
    assert nearest.tolist() == [n + 1 if n % 2 == 0 else n - 1 for n in range(24)]
