from __future__ import annotations

import subprocess
import sys

import pytest

import crossret_vision.plugin
from crossret.errors import ComponentError, UsageError
from crossret.plugins import Plugins
from crossret.registry import Registry


@pytest.fixture
def registry() -> Registry:
    plugins = Plugins()
    plugins.add("vision", crossret_vision.plugin)
    return plugins.registry


def test_registers_visual_backbones_and_a_baseline(registry: Registry) -> None:
    assert registry.names("visual-backbone") == ("cnn-tiny", "features", "hog", "openclip", "timm")
    assert registry.names("baseline") == ("openclip",)
    assert len(list(registry)) == 6


@pytest.mark.parametrize("name", ["hog", "cnn-tiny"])
def test_dimension_is_the_one_announced(registry: Registry, name: str) -> None:
    backbone = registry.build("visual-backbone", name)
    assert backbone.dimension == registry.get("visual-backbone", name).meta.dimension


def test_builds_a_model_by_its_name(registry: Registry) -> None:
    pytest.importorskip("timm")
    assert registry.build("visual-backbone", "timm:test_vit", pretrained=False).dimension == 64
    with pytest.raises(UsageError, match="did you mean 'pretrained'"):
        registry.build("visual-backbone", "timm:test_vit", pretraned=False)


@pytest.mark.parametrize(
    ("name", "library", "extra"), [("timm:test_vit", "timm", "timm"), ("openclip:ViT-B-32", "open_clip", "openclip")]
)
def test_missing_library_names_the_extra(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, name: str, library: str, extra: str
) -> None:
    target = registry.get("visual-backbone", name).target.partition(":")[0]
    monkeypatch.delitem(sys.modules, target, raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ComponentError, match=rf"pip install 'crossret\[{extra}\]'"):
        registry.build("visual-backbone", name)


def test_registration_stays_light() -> None:
    heavy = ("torch", "numpy", "PIL", "timm", "open_clip", "crossret_vision.hog")
    code = f"import sys, crossret_vision.plugin; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
