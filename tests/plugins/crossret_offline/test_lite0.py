from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from crossret.contracts.visual import PixelBackbone
from crossret.errors import ComponentError
from crossret_offline.packaged import LITE0

timm = pytest.importorskip("timm")
try:
    LITE0.path()
except ComponentError as error:
    pytest.skip(str(error), allow_module_level=True)

from crossret_offline.lite0 import lite0_backbone  # noqa: E402

PHOTOS = Path(__file__).resolve().parents[4] / "shared" / "data" / "multi30k-f8k"


def picture(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_follows_the_contract() -> None:
    backbone = lite0_backbone()
    assert isinstance(backbone, PixelBackbone)
    pixels = torch.from_numpy(backbone.preprocess(picture(300, 400)))[None]
    assert (pixels.dtype, pixels.shape) == (torch.uint8, (1, 3, 224, 224))
    features = backbone(pixels)
    assert features.shape == (1, backbone.dimension) == (1, 1280)
    assert not features.requires_grad


def test_recorded_features_of_photos_are_reproduced() -> None:
    if not PHOTOS.exists():
        pytest.skip(f"no photos at {PHOTOS}")
    backbone = lite0_backbone(whole=True)
    rows = json.loads((PHOTOS / "features" / "check.json").read_text())["rows"]
    places = {line.split("\t")[0]: line.split("\t")[2] for line in (PHOTOS / "index.tsv").read_text().splitlines()}
    for name, expected in rows.items():
        image = Image.open(PHOTOS / places[name])
        (features,) = backbone(torch.from_numpy(backbone.preprocess(image))[None])
        assert features[:8].tolist() == pytest.approx(expected["first8"], abs=1e-3)
        assert float(features.norm()) == pytest.approx(expected["l2"], abs=1e-3)


def test_whole_pictures_of_the_right_size_are_not_touched() -> None:
    image = picture(224, 224)
    expected = np.asarray(image).transpose(2, 0, 1)
    np.testing.assert_array_equal(lite0_backbone(whole=True).preprocess(image), expected)
    assert not np.array_equal(lite0_backbone().preprocess(image), expected)


def test_whole_pictures_show_their_edges() -> None:
    image = Image.new("RGB", (448, 224))
    image.paste((255, 255, 255), (0, 0, 40, 224))
    assert lite0_backbone(whole=True).preprocess(image)[:, :, 0].min() > 200
    assert lite0_backbone().preprocess(image)[:, :, 0].max() == 0


def test_gradient_reaches_the_weights_only_if_they_train() -> None:
    pixels = torch.from_numpy(lite0_backbone().preprocess(picture(224, 224)))[None]
    assert not any(parameter.requires_grad for parameter in lite0_backbone().parameters())
    backbone = lite0_backbone(trains=True)
    backbone(pixels.repeat(2, 1, 1, 1)).square().sum().backward()
    assert all(parameter.grad is not None for parameter in backbone.parameters())


def test_fingerprint_follows_the_preprocessing() -> None:
    assert lite0_backbone().fingerprint() == lite0_backbone().fingerprint()
    assert lite0_backbone().fingerprint() != lite0_backbone(whole=True).fingerprint()
