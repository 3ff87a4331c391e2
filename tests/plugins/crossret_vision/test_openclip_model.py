from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from crossret.contracts.visual import PixelBackbone
from crossret.errors import ComponentError, DataError, UsageError

open_clip = pytest.importorskip("open_clip")
module = pytest.importorskip("crossret_vision.openclip_model")

CONFIG = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 16, "heads": 2, "layers": 1},
}
TINY = "tiny-test-tower"


@pytest.fixture(scope="module", autouse=True)
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    path = tmp_path_factory.mktemp("configs") / f"{TINY}.json"
    path.write_text(json.dumps(CONFIG))
    paths = list(open_clip.factory._MODEL_CONFIG_PATHS)
    open_clip.add_model_config(path)
    yield
    open_clip.factory._MODEL_CONFIG_PATHS[:] = paths
    open_clip.factory._rescan_model_configs()


def picture(seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (50, 70, 3), dtype=np.uint8))


def batch(backbone: PixelBackbone, count: int) -> torch.Tensor:
    return torch.from_numpy(np.stack([backbone.preprocess(picture(seed)) for seed in range(count)]))


def test_follows_the_contract() -> None:
    backbone = module.openclip_backbone(TINY)
    assert isinstance(backbone, PixelBackbone)
    pixels = batch(backbone, 3)
    assert pixels.shape == (3, 3, 32, 32)
    assert pixels.dtype == torch.uint8
    assert backbone(pixels).shape == (3, backbone.dimension) == (3, 16)
    assert not backbone.trains


def test_only_the_tower_is_kept() -> None:
    names = [name for name, _ in module.openclip_backbone(TINY).named_parameters()]
    assert names
    assert not any("token_embedding" in name or "logit_scale" in name for name in names)


@pytest.mark.parametrize("part", ["whole", "tower"])
def test_equals_open_clips_own_pipeline(tmp_path: Path, part: str) -> None:
    model, _, transform = open_clip.create_model_and_transforms(TINY)
    model.eval()
    path = tmp_path / "w.safetensors"
    save_file((model if part == "whole" else model.visual).state_dict(), path)
    backbone = module.openclip_backbone(TINY, weights=str(path))
    with torch.no_grad():
        theirs = model.encode_image(torch.stack([transform(picture(seed)) for seed in range(3)]))
    torch.testing.assert_close(backbone(batch(backbone, 3)), theirs, rtol=1e-4, atol=1e-4)


def test_trains_when_asked() -> None:
    backbone = module.openclip_backbone(TINY, trains=True)
    backbone(batch(backbone, 2)).square().sum().backward()
    assert all(parameter.grad is not None for parameter in backbone.parameters())


def test_fingerprint_follows_the_weights(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file(open_clip.create_model(TINY).visual.state_dict(), path)
    prints = [module.openclip_backbone(TINY, weights=str(path)).fingerprint() for _ in range(2)]
    assert prints[0] == prints[1] != module.openclip_backbone(TINY).fingerprint()


def test_unknown_names_suggest_a_near_one() -> None:
    with pytest.raises(UsageError, match="unknown open_clip model 'ViT-B-23'; did you mean 'ViT-B-32'"):
        module.openclip_backbone("ViT-B-23")
    with pytest.raises(UsageError, match="weights of open_clip model 'ViT-B-32' 'openia'; did you mean 'openai'"):
        module.openclip_backbone("ViT-B-32", pretrained="openia")


def test_weights_of_another_model_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file({"visual.proj": torch.ones(2, 2)}, path)
    with pytest.raises(DataError, match="tensors are missing"):
        module.openclip_backbone(TINY, weights=str(path))


def test_unreachable_weights_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*args: object, **options: object) -> None:
        raise OSError("no route\nto host")

    monkeypatch.setattr(open_clip, "create_model", offline)
    with pytest.raises(ComponentError, match=r"'openclip:ViT-B-32' cannot be built: no route; "):
        module.openclip_backbone("ViT-B-32", pretrained="openai")
