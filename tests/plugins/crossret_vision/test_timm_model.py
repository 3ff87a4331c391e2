from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from crossret.contracts.visual import PixelBackbone
from crossret.errors import ComponentError, DataError, UsageError

timm = pytest.importorskip("timm")
module = pytest.importorskip("crossret_vision.timm_model")


def picture(seed: int = 0) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (90, 120, 3), dtype=np.uint8))


def batch(backbone: PixelBackbone, count: int) -> torch.Tensor:
    return torch.from_numpy(np.stack([backbone.preprocess(picture(seed)) for seed in range(count)]))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("timm") / "w.safetensors"
    save_file(timm.create_model("test_vit").state_dict(), path)
    return path


@pytest.mark.parametrize("model", ["test_vit", "test_resnet", "test_efficientnet", "mobilenetv3_small_050"])
def test_follows_the_contract(model: str) -> None:
    backbone = module.timm_backbone(model, pretrained=False)
    assert isinstance(backbone, PixelBackbone)
    pixels = batch(backbone, 2)
    assert pixels.dtype == torch.uint8
    features = backbone(pixels)
    assert features.shape == (2, backbone.dimension)
    assert features.dtype == torch.float32
    assert not features.requires_grad


def test_equals_timms_own_pipeline(saved: Path) -> None:
    backbone = module.timm_backbone("test_vit", weights=str(saved))
    model = timm.create_model("test_vit", checkpoint_path=str(saved)).eval()
    transform = timm.data.create_transform(**timm.data.resolve_data_config({}, model=model), is_training=False)
    with torch.no_grad():
        theirs = model.forward_head(
            model.forward_features(torch.stack([transform(picture(seed)) for seed in range(2)])), pre_logits=True
        )
    torch.testing.assert_close(backbone(batch(backbone, 2)), theirs, rtol=1e-4, atol=1e-4)


def test_features_do_not_depend_on_the_batch_even_in_training_mode(saved: Path) -> None:
    backbone = module.timm_backbone("test_resnet", pretrained=False).train()
    assert not backbone.network.training
    pixels = batch(backbone, 3)
    torch.testing.assert_close(backbone(pixels)[1:2], backbone(pixels[1:2]), rtol=1e-4, atol=1e-4)


def test_trains_when_asked() -> None:
    backbone = module.timm_backbone("test_vit", pretrained=False, trains=True)
    assert backbone.trains
    assert backbone.network.training
    backbone(batch(backbone, 2)).square().sum().backward()
    assert all(parameter.grad is not None for parameter in backbone.parameters())
    frozen = module.timm_backbone("test_vit", pretrained=False)
    assert not any(parameter.requires_grad for parameter in frozen.parameters())


def test_fingerprint_follows_weights_and_model(saved: Path) -> None:
    first = module.timm_backbone("test_vit", weights=str(saved)).fingerprint()
    assert module.timm_backbone("test_vit", weights=str(saved), trains=True).fingerprint() == first
    assert module.timm_backbone("test_vit", pretrained=False).fingerprint() != first


def test_fingerprint_of_a_scratch_model_does_not_follow_the_seed() -> None:
    options = {"pretrained": False, "trains": True}
    first, second = (module.timm_backbone("test_vit", **options).fingerprint() for _ in range(2))
    assert first == second
    frozen = [module.timm_backbone("test_vit", pretrained=False).fingerprint() for _ in range(2)]
    assert frozen[0] != frozen[1]


def test_unknown_names_suggest_a_near_one() -> None:
    with pytest.raises(UsageError, match="unknown timm model 'resnet81'; did you mean 'resnet18'"):
        module.timm_backbone("resnet81")
    with pytest.raises(UsageError, match=r"unknown timm model 'resnet18\.a1_in2k'; did you mean 'resnet18\.a1_in1k'"):
        module.timm_backbone("resnet18.a1_in2k")


def test_weights_of_another_model_are_an_error(saved: Path) -> None:
    with pytest.raises(DataError, match="tensors are missing, the first is 'conv1"):
        module.timm_backbone("test_resnet", weights=str(saved))


def test_unreachable_weights_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*args: object, **options: object) -> None:
        raise OSError("no route\nto host")

    monkeypatch.setattr(timm, "create_model", offline)
    with pytest.raises(ComponentError, match=r"'timm:test_vit' cannot be built: no route; .*pretrained to false"):
        module.timm_backbone("test_vit")
