from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from clip_files import picture, write_clip
from torch import nn

from crossret.contracts.visual import ClipBackbone, PixelBackbone
from crossret.errors import ComponentError, DataError, UsageError
from crossret.plugins import registry
from crossret_video.decoding import sampled_frames


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "a.mp4", [picture(n) for n in range(20)], "libx264")


def build(name: str, **options: Any) -> ClipBackbone:
    built = registry().build("visual-backbone", name, **options)
    assert isinstance(built, ClipBackbone)
    assert not isinstance(built, PixelBackbone)
    return built


@pytest.mark.parametrize(
    ("inner", "options"), [("hog", {}), ("cnn-tiny", {"size": 16}), ("timm:test_vit", {"pretrained": False})]
)
def test_every_frame_passes_the_backbone_of_pictures(clip: Path, inner: str, options: dict[str, Any]) -> None:
    if inner.startswith("timm"):
        pytest.importorskip("timm")
    torch.manual_seed(0)
    alone = registry().build("visual-backbone", inner, **options)
    torch.manual_seed(0)
    wrapped = build(f"clips:{inner}", frames=3, options=options)
    assert (wrapped.dimension, wrapped.trains) == (alone.dimension, alone.trains)
    pixels = wrapped.preprocess_clip(clip)
    pictures = sampled_frames(clip, 3)
    assert len(pixels) == len(pictures) == 3
    with torch.no_grad():
        found = wrapped(torch.from_numpy(pixels))
        expected = alone(torch.from_numpy(np.stack([alone.preprocess(frame) for frame in pictures])))
    torch.testing.assert_close(found, expected)
    assert (found[0] - found[2]).abs().max() > 1e-3, "frames differ"


def test_a_backbone_that_trains_is_part_of_the_wrapper() -> None:
    wrapped = build("clips:cnn-tiny", options={"size": 16})
    assert isinstance(wrapped, nn.Module)
    assert any(parameter.requires_grad for parameter in wrapped.parameters())


def test_twelve_frames_unless_told_otherwise(clip: Path) -> None:
    assert len(build("clips:hog").preprocess_clip(clip)) == 12


def test_fingerprint_depends_on_frames_and_on_the_inner_backbone() -> None:
    prints = [
        build("clips:hog").fingerprint(),
        build("clips:hog", frames=13).fingerprint(),
        build("clips:cnn-tiny").fingerprint(),
        build("clips:cnn-tiny", options={"size": 16}).fingerprint(),
    ]
    assert len(set(prints)) == len(prints)
    assert build("clips:hog", frames=12).fingerprint() == prints[0]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("clips:hogg", {}, "unknown visual-backbone 'hogg'; did you mean 'hog'?"),
        ("clips", {}, "unknown visual-backbone 'clips'; did you mean 'clips:BACKBONE'?"),
        ("clips:clips:hog", {}, "visual-backbone 'clips': expected a backbone of pictures, such as clips:hog"),
        ("clips:hog", {"frames": 0}, "visual-backbone 'clips': frames is 0; expected 1 or more"),
        ("clips:hog", {"frame": 3}, "unknown option of visual-backbone 'clips' 'frame'; did you mean 'frames'?"),
    ],
)
def test_what_cannot_be_built_is_said(name: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        registry().build("visual-backbone", name, **options)
    assert str(refused.value) == said


def test_a_broken_clip_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("no video")
    with pytest.raises(DataError, match=f"^{tmp_path}/a.mp4: no video can be read"):
        build("clips:hog").preprocess_clip(tmp_path / "a.mp4")


def test_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("crossret_video.clips", "crossret_video.decoding"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ComponentError, match=r"pip install 'crossret\[video\]'"):
        registry().build("visual-backbone", "clips:hog")


def test_registration_stays_light() -> None:
    heavy = ("torch", "numpy", "PIL", "av", "crossret_video.clips")
    code = f"import sys, crossret_video.plugin; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
