from __future__ import annotations

import pytest
import torch
from PIL import Image
from torch import nn

from crossret.contracts.visual import PixelBackbone
from crossret_vision.cnn import TinyCnn


@pytest.fixture(scope="module")
def cnn() -> TinyCnn:
    torch.manual_seed(0)
    return TinyCnn(width=8, size=16)


def pixels(count: int, size: int = 16) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, 3, size, size), generator=generator, dtype=torch.uint8)


def test_follows_the_contract(cnn: TinyCnn) -> None:
    assert isinstance(cnn, PixelBackbone)
    assert isinstance(cnn, nn.Module)
    assert cnn.trains
    assert cnn.preprocess(Image.new("L", (30, 20))).shape == (3, 16, 16)
    assert cnn(pixels(3)).shape == (3, cnn.dimension) == (3, 256)


def test_default_size_is_small() -> None:
    cnn = TinyCnn()
    assert 400_000 < sum(parameter.numel() for parameter in cnn.parameters()) < 700_000
    assert cnn.preprocess(Image.new("RGB", (72, 72))).shape == (3, 48, 48)


def test_features_do_not_depend_on_the_batch(cnn: TinyCnn) -> None:
    batch = pixels(4)
    cnn.train()
    torch.testing.assert_close(cnn(batch)[2:3], cnn(batch[2:3]))


def test_gradient_reaches_every_parameter(cnn: TinyCnn) -> None:
    cnn.zero_grad()
    cnn(pixels(2)).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in cnn.parameters())


def test_learns_two_colours() -> None:
    torch.manual_seed(0)
    cnn = TinyCnn(width=8, size=8)
    batch = torch.zeros(8, 3, 8, 8, dtype=torch.uint8)
    batch[:4, 0] = 200
    batch[4:, 2] = 200
    labels = torch.tensor([0] * 4 + [1] * 4)
    optimiser = torch.optim.Adam(cnn.parameters(), 1e-2)
    for _ in range(20):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(cnn(batch)[:, :2], labels)
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 0.05


@pytest.mark.parametrize(("options", "message"), [({"width": 12}, "multiple of 8, found 12"), ({"size": 4}, "found 4")])
def test_bad_sizes_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TinyCnn(**options)


def test_fingerprint_follows_the_settings_not_the_seed() -> None:
    assert TinyCnn(8, 16).fingerprint() == TinyCnn(8, 16).fingerprint()
    assert len({TinyCnn(8, 16).fingerprint(), TinyCnn(16, 16).fingerprint(), TinyCnn(8, 24).fingerprint()}) == 3
