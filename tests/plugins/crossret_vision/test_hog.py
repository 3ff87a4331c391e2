from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from crossret.contracts.visual import PixelBackbone
from crossret_vision.hog import Hog, block_histograms, cell_colours, cell_histograms, palettes


def picture(seed: int, size: int = 96) -> Image.Image:
    """Smooth coloured blobs."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def hog() -> Hog:
    return Hog()


@pytest.fixture(scope="module")
def pixels(hog: Hog) -> torch.Tensor:
    return torch.from_numpy(np.stack([hog.preprocess(picture(seed)) for seed in range(5)]))


def test_follows_the_contract(hog: Hog, pixels: torch.Tensor) -> None:
    assert isinstance(hog, PixelBackbone)
    assert not hog.trains
    assert pixels.shape == (5, 3, 64, 64)
    assert pixels.dtype == torch.uint8
    features = hog(pixels)
    assert features.shape == (5, hog.dimension) == (5, 2084)
    assert features.dtype == torch.float32


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_every_mode_and_size_becomes_the_same_shape(hog: Hog, mode: str) -> None:
    array = hog.preprocess(picture(0, 33).convert(mode))
    assert array.shape == (3, 64, 64)
    assert array.dtype == np.uint8


@pytest.mark.parametrize("level", [0, 128, 255])
def test_constant_picture_has_no_shape_and_finite_features(hog: Hog, level: int) -> None:
    features = hog(torch.full((1, 3, 64, 64), level, dtype=torch.uint8))[0]
    assert features.isfinite().all()
    assert not features[:1764].any()
    assert features[1764:].any()


@pytest.mark.parametrize(("degrees", "orientation"), [(10, 0), (30, 1), (50, 2), (90, 4), (130, 6), (170, 8)])
def test_a_slope_votes_for_its_orientation(degrees: float, orientation: int) -> None:
    grid = torch.arange(64.0) / 128
    angle = np.deg2rad(degrees)
    slope = np.cos(angle) * grid[None, :] + np.sin(angle) * grid[:, None]
    votes = cell_histograms(slope.expand(1, 3, 64, 64))[0, :, 4, 4]
    assert int(votes.argmax()) == orientation
    assert float(votes[orientation] / votes.sum()) > 0.98


def test_a_slope_between_two_orientations_votes_for_both() -> None:
    grid = torch.arange(64.0) / 128
    votes = cell_histograms(grid.expand(1, 3, 64, 64))[0, :, 4, 4]
    assert float(votes[0]) == pytest.approx(float(votes[8]), rel=1e-4)
    assert float(votes[1:8].sum()) == pytest.approx(0, abs=1e-6)


def test_the_strongest_channel_votes() -> None:
    colours = torch.zeros(1, 3, 64, 64)
    colours[:, 1] = torch.arange(64.0) / 64
    colours[:, 2] = (torch.arange(64.0) / 128).unsqueeze(1)
    votes = cell_histograms(colours)[0, :, 4, 4]
    assert float(votes.sum()) == pytest.approx(2 / 64, rel=1e-4)
    assert float(votes[0] + votes[8]) == pytest.approx(2 / 64, rel=1e-4)


def test_blocks_ignore_contrast(pixels: torch.Tensor) -> None:
    cells = cell_histograms(pixels / 255)
    torch.testing.assert_close(block_histograms(cells), block_histograms(cells / 3), rtol=1e-3, atol=1e-4)


def test_agrees_with_scikit_image(pixels: torch.Tensor) -> None:
    feature = pytest.importorskip("skimage.feature")
    ours = block_histograms(cell_histograms(pixels / 255))
    for row, image in enumerate(pixels.numpy()):
        theirs = feature.hog(
            image.transpose(1, 2, 0), 9, (8, 8), (2, 2), block_norm="L2-Hys", channel_axis=2, feature_vector=False
        )
        # There the orientation is the slowest axis of a cell; here it is the fastest of a block.
        ordered = np.moveaxis(theirs, -1, 2).reshape(-1)
        assert np.corrcoef(ours[row].numpy(), ordered)[0, 1] > 0.95


def test_cell_colours_are_the_mean_of_their_cell() -> None:
    colours = torch.zeros(1, 3, 64, 64)
    colours[0, 2, :8, 8:16] = 1
    layout = cell_colours(colours).view(3, 8, 8) * 192**0.5
    assert float(layout[2, 0, 1]) == pytest.approx(1)
    assert float(layout.sum()) == pytest.approx(1 - 191)


def test_palette_counts_colours_of_the_picture_and_its_middle() -> None:
    pixels = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    pixels[0, 0, 16:48, 16:48] = 255
    whole, middle = palettes(pixels)[0].square().mul(2).split(64)
    red = 3 * 16
    assert whole[[0, red]].tolist() == pytest.approx([0.75, 0.25])
    assert middle[[0, red]].tolist() == pytest.approx([0, 1])


def test_groups_are_of_comparable_size(hog: Hog, pixels: torch.Tensor) -> None:
    shape, layout, palette = hog(pixels).split([1764, 192, 128], dim=1)
    assert shape.norm(dim=1).tolist() == pytest.approx([1] * 5, rel=0.05)
    assert (layout.norm(dim=1) <= 1).all()
    assert palette.norm(dim=1).tolist() == pytest.approx([0.5] * 5)


def test_features_do_not_depend_on_the_batch(hog: Hog, pixels: torch.Tensor) -> None:
    alone = torch.cat([hog(row.unsqueeze(0)) for row in pixels])
    torch.testing.assert_close(hog(pixels), alone, rtol=0, atol=1e-6)
    torch.testing.assert_close(hog(pixels), hog(pixels), rtol=0, atol=0)


def test_fingerprint_is_stable() -> None:
    assert Hog().fingerprint() == Hog().fingerprint()
