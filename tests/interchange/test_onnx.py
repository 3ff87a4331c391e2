"""onnxruntime makes of an exported model what torch makes of it, at any size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from crossret.bench.checkpoints import Checkpoint, read_checkpoint
from crossret.cli import cli
from crossret.contracts.text import Tokens, TokenStates
from crossret.contracts.visual import Frames
from crossret.errors import UsageError
from crossret.evaluation.encoding import embed_items, embed_texts
from crossret.model.frame_tower import FrameTower
from crossret.plugins import registry
from crossret.recipe.models import FramesRecipe, VisualRecipe

from .conftest import Made

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

CPU = torch.device("cpu")
TEXTS = [
    "a red box",
    "caja",
    "a ring that is pink, a box that is not, and one more thing beyond the last position",
    "x",
]


def exported(checkpoint: Checkpoint, folder: Path) -> dict[str, Any]:
    from crossret.interchange.onnx_folder import write_onnx_folder

    write_onnx_folder(folder, checkpoint, lambda line: None)
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


def run(file: Path, **inputs: Any) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (found,) = session.run(["vector"], {name: np.asarray(value) for name, value in inputs.items()})
    vectors: np.ndarray = found
    return vectors


def pictures(count: int) -> list[Image.Image]:
    noise = np.random.default_rng(count).integers(0, 256, (count, 40, 50, 3)).astype(np.uint8)
    return [Image.fromarray(one) for one in noise]


def assert_same_pictures(checkpoint: Checkpoint, file: Path, name: str) -> None:
    for count in (1, 4):
        seen = np.concatenate([checkpoint.assembly.visual.of_picture(picture) for picture in pictures(count)])
        pixels = seen
        if name == "pixels" and not checkpoint.assembly.visual.trains:
            pixels = np.stack([checkpoint.assembly.backbone.preprocess(picture) for picture in pictures(count)])
        found = run(file, **{name: pixels})
        np.testing.assert_allclose(found, embed_items(checkpoint.model, seen, count, CPU), atol=1e-5)


def test_words_and_gradients(plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the command: a model over hashed n-grams, and over features that have no network of their own."""
    out = tmp_path / "onnx"
    with pytest.raises(SystemExit) as ended:
        cli.main(["export", str(plain), str(out), "--format", "onnx"], prog_name="crossret")
    said = capsys.readouterr()
    assert ended.value.code == 0, said.err
    assert said.out.strip() == str(out)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["text"]["starts_at"] == "tokens"
    assert manifest["visual"]["starts_at"] == "pixels"
    for side in ("text", "visual"):
        assert manifest[side]["difference"] < 1e-5
        assert f"{side}.onnx: from {manifest[side]['starts_at']}, differs from torch by at most" in said.err
    checkpoint = read_checkpoint(plain, registry(), "cpu")
    expected = embed_texts(checkpoint.model, TEXTS, 4, CPU)
    for part in (slice(0, 1), slice(1, 4), slice(2, 3)):
        tokens = checkpoint.model.text.encoder.tokenize(TEXTS[part])
        np.testing.assert_allclose(run(out / "text.onnx", **tokens), expected[part], atol=1e-5)
    assert_same_pictures(checkpoint, out / "visual.onnx", "pixels")


class Unwritable(torch.nn.Module):
    """A text encoder whose path depends on what it reads, which no graph can say."""

    dimension = 6

    def fingerprint(self) -> str:
        return "unwritable"

    def tokenize(self, texts: list[str]) -> Tokens:
        return {"lengths": torch.tensor([len(text.split()) for text in texts])}

    def forward(self, tokens: Tokens) -> TokenStates:
        longest = int(tokens["lengths"].max())
        mask = torch.arange(longest) < tokens["lengths"][:, None]
        return TokenStates(torch.ones(*mask.shape, 6).cumsum(1), mask)


def test_what_cannot_be_written_is_left_out_and_the_manifest_says_why(plain: Path, tmp_path: Path) -> None:
    from crossret.interchange.onnx_export import NotExportableError, write_onnx
    from crossret.interchange.onnx_folder import _first_that_can
    from crossret.interchange.onnx_parts import text_parts
    from crossret.model.text_tower import TextTower
    from crossret.recipe.models import TextRecipe

    checkpoint = read_checkpoint(plain, registry(), "cpu")
    recipe = TextRecipe(width=16, heads=2, query_width=8, positions=6)
    checkpoint.model.text = TextTower(Unwritable(), recipe, 20, 0.1).eval()
    whole, states = text_parts(checkpoint)
    with pytest.raises(NotExportableError):
        write_onnx(tmp_path / "whole.onnx", whole)
    lines: list[str] = []
    said = _first_that_can(tmp_path, [whole, states], lines.append)
    assert said["starts_at"] == "token states"
    assert said["why"].startswith("not from tokens: ")
    assert lines[0].startswith("text.onnx: from token states, differs from torch by at most")
    made = checkpoint.model.text.encoder(checkpoint.model.text.encoder.tokenize(TEXTS))
    found = run(tmp_path / "text.onnx", states=made.states, mask=made.mask)
    np.testing.assert_allclose(found, embed_texts(checkpoint.model, TEXTS, 4, CPU), atol=1e-5)


@pytest.mark.slow
def test_a_transformer_and_a_network_of_timm(made: Made, bert: str, tmp_path: Path) -> None:
    pytest.importorskip("timm")
    from transformers import AutoTokenizer

    path = made(
        {"backbone": "timm:resnet10t", "options": {"pretrained": False}},
        {"encoder": f"hf:{bert}", "options": {"train_layers": "all", "max_tokens": 24}},
    )
    checkpoint = read_checkpoint(path, registry(), "cpu")
    manifest = exported(checkpoint, tmp_path / "onnx")
    assert manifest["text"]["difference"] < 1e-5
    # Without crossret: the tokenizer lies beside the network.
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "onnx" / manifest["tokenizer"])
    names = [axis["name"] for axis in manifest["text"]["axes"]]
    tokens = tokenizer(TEXTS, padding=True, truncation=True, max_length=24, return_tensors="np")
    found = run(tmp_path / "onnx" / "text.onnx", **{name: tokens[name] for name in names})
    np.testing.assert_allclose(found, embed_texts(checkpoint.model, TEXTS, 4, CPU), atol=1e-5)
    assert_same_pictures(checkpoint, tmp_path / "onnx" / "visual.onnx", "pixels")


@pytest.mark.slow
def test_frozen_states_and_a_trained_network(made: Made, bert: str, tmp_path: Path) -> None:
    """Frozen states are rounded to half precision, as in training."""
    path = made(
        {"backbone": "cnn-tiny"}, {"encoder": f"hf:{bert}", "options": {"train_layers": "none", "max_tokens": 24}}
    )
    checkpoint = read_checkpoint(path, registry(), "cpu")
    manifest = exported(checkpoint, tmp_path / "onnx")
    assert manifest["visual"]["starts_at"] == "pixels"
    assert manifest["text"]["starts_at"] == "tokens"
    assert manifest["text"]["difference"] < 1e-3
    assert_same_pictures(checkpoint, tmp_path / "onnx" / "visual.onnx", "pixels")


@pytest.mark.slow
def test_frames_of_clips_are_exported_from_their_features_on(tmp_path: Path) -> None:
    from crossret.interchange.onnx_export import write_onnx
    from crossret.interchange.onnx_parts import _sequence

    torch.manual_seed(0)
    frames = FramesRecipe(heads=2, query_width=4, positions=9, most=9)
    tower = FrameTower(6, VisualRecipe(hidden=8, principal_components=4, frames=frames), 10, 0.1).eval()
    assert tower.principal_components is not None
    tower.principal_components.load(np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32))
    written = write_onnx(tmp_path / "visual.onnx", _sequence("visual", "features of frames", "", tower, 6))
    assert written.difference < 1e-5
    states, mask = torch.randn(2, 12, 6), torch.arange(12) < torch.tensor([[12], [4]])
    with torch.no_grad():
        expected = tower(Frames(states, mask))
    np.testing.assert_allclose(run(tmp_path / "visual.onnx", states=states, mask=mask), expected, atol=1e-5)


def test_a_folder_with_something_in_it_is_left_alone(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(UsageError, match="exists; expected a new or empty folder"):
        exported(read_checkpoint(plain, registry(), "cpu"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
