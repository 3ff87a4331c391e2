"""A bench on clips through the console script: decoded, looked up, and with a backbone that trains."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from processes import Crossret
from small_clips import COLOURS, WAYS, write_moving

from crossret.plugins import registry


@pytest.fixture(scope="module")
def crossret(tmp_path_factory: pytest.TempPathFactory) -> Crossret:
    """The console script with a cache that no other test fills."""
    return Crossret(tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite; clips and captions lie beside it."""
    return write_moving(tmp_path_factory.mktemp("moving"))


@pytest.fixture(scope="module")
def run(crossret: Crossret, moving: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("video") / "out"
    ended = crossret("bench", moving, "--out", folder, timeout=400)
    assert ended.code == 0, ended.err
    assert "translate-train" in ended.out
    return folder


def scores(folder: Path, method: str) -> dict[str, Any]:
    (path,) = (folder / "records").glob(f"*/{method}--*.json")
    return json.loads(path.read_text())["scores"][0]


def test_clips_are_decoded_trained_on_ranked_and_tabled(run: Path, crossret: Crossret) -> None:
    found = scores(run, "translate-train")
    assert found["items"] == found["captions"] == len(COLOURS) * len(WAYS)
    assert found["t2v"]["r1"] > 50, "who knows only the colour, and not the order of frames, gets 25"
    board = crossret("leaderboard", run)
    assert board.code == 0
    assert f"{found['sumr']:.1f}" in board.out


def test_a_free_text_finds_clips(run: Path, crossret: Crossret) -> None:
    ended = crossret("search", "azul va arriba", "--lang", "es", "--out", run)
    assert ended.code == 0, ended.err
    first = next(line for line in ended.out.splitlines() if " 1 " in f" {line} ")
    assert "blue" in first


def test_frames_are_decoded_once_for_all_methods(run: Path, crossret: Crossret) -> None:
    stored = {path.name for path in (crossret.cache / "frame-features").glob("*.npy")}
    assert len(stored) == 2 * 3, "values and lengths of three splits"


def test_stored_frames_give_the_figures_of_the_clips_they_were_computed_from(
    crossret: Crossret, moving: Path, run: Path, tmp_path: Path
) -> None:
    import torch

    backbone = registry().build("visual-backbone", "clips:hog", frames=4)
    clips = sorted((moving.parent / "clips").iterdir())
    frames = [backbone(torch.from_numpy(backbone.preprocess_clip(clip))).numpy() for clip in clips]
    np.save(tmp_path / "hog.npy", np.concatenate(frames))
    (tmp_path / "hog.ids.txt").write_text("".join(f"{clip.name}\n" for clip in clips))
    (tmp_path / "hog.lengths.txt").write_text("".join(f"{len(rows)}\n" for rows in frames))
    suite = tmp_path / "stored.yaml"
    suite.write_text(
        moving.read_text().replace("clips:hog", "features").replace("{frames: 4}", f"{{path: {tmp_path}/hog.npy}}")
    )
    ended = crossret("bench", suite, "--method", "translate-train", "--out", tmp_path / "out", timeout=400)
    assert ended.code == 0, ended.err
    found, expected = scores(tmp_path / "out", "translate-train"), scores(run, "translate-train")
    assert found["t2v"] == pytest.approx(expected["t2v"])
    assert found["v2t"] == pytest.approx(expected["v2t"])


def test_a_backbone_of_frames_can_train(crossret: Crossret, moving: Path, tmp_path: Path) -> None:
    suite = tmp_path / "trained.yaml"
    text = moving.read_text().replace("clips:hog", "clips:cnn-tiny").replace("principal_components: 32", "")
    suite.write_text(text.replace("{frames: 4}", "{frames: 3, options: {width: 8, size: 16}}"))
    words = ("--method", "translate-train", "--set", "training.epochs=2", "--out", tmp_path / "out")
    ended = crossret("bench", suite, *words, timeout=400)
    assert ended.code == 0, ended.err
    (model,) = (tmp_path / "out").rglob("model.safetensors")
    from safetensors import safe_open

    with safe_open(model, framework="np") as weights:
        assert any(name.startswith("visual.backbone.inner.") for name in weights.keys())  # noqa: SIM118


def test_a_broken_clip_ends_the_run_with_one_line(crossret: Crossret, moving: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(moving.parent, copy)
    broken = copy / "clips" / "train-red-up.mp4"
    broken.write_bytes(broken.read_bytes()[:500])
    suite = copy / "moving.yaml"
    suite.write_text(moving.read_text().replace(str(moving.parent), str(copy)))
    ended = crossret("bench", suite, "--method", "source-only", "--out", tmp_path / "out", timeout=400)
    assert ended.code == 1
    assert f"{broken}: no video can be read" in ended.err
    assert "Traceback" not in ended.err


def test_a_dry_run_names_what_is_inside_a_backbone(crossret: Crossret, moving: Path) -> None:
    ended = crossret("bench", moving, "--set", "model.visual.backbone=clips:hogg", "--dry-run")
    assert ended.code == 2
    assert ended.line == "unknown visual-backbone 'hogg'; did you mean 'hog'?"
