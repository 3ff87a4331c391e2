"""Agreement of both towers with numbers recorded from the published code, where it looks at real tokens only."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from parity_arrays import arrays_of, assert_close
from torch import Tensor

from crossret.contracts.loss import View
from crossret.contracts.text import Tokens
from crossret.contracts.visual import Frames
from crossret.model.text_tower import EncodedTexts, TextTower

from .small_model import frame_tower, text_tower, visual_tower

SENTENCES: tuple[View, ...] = ("source", "target", "back")


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return arrays_of("weights_small")


@pytest.fixture(scope="module")
def texts() -> dict[str, np.ndarray]:
    return arrays_of("text_encoder")


@pytest.fixture(scope="module")
def tower(weights: dict[str, np.ndarray]) -> TextTower:
    return text_tower(weights)


def tokens(texts: dict[str, np.ndarray], view: View) -> Tokens:
    return {"ids": torch.from_numpy(texts[f"{view}_ids"]), "mask": torch.from_numpy(texts[f"{view}_mask"])}


def encoded(tower: TextTower, texts: dict[str, np.ndarray]) -> dict[View, EncodedTexts]:
    with torch.no_grad():
        return {view: tower.encode(tokens(texts, view)) for view in SENTENCES}


@pytest.mark.parametrize("view", ["source", "target"])
def test_the_encoder_is_the_recorded_one(tower: TextTower, texts: dict[str, np.ndarray], view: View) -> None:
    assert_close(encoded(tower, texts)[view].raw.states, texts[f"bert_states.{view}"], 1e-5)


@torch.no_grad()
def pooled(tower: TextTower, texts: dict[str, np.ndarray], view: View) -> Tensor:
    parts = encoded(tower, texts)
    return tower.pool_across(parts["source"], parts["target"]) if view == "cross" else tower.pool(parts[view])


@pytest.mark.parametrize("view", [*SENTENCES, "cross"])
def test_pooled_vectors_and_embeddings(tower: TextTower, texts: dict[str, np.ndarray], view: View) -> None:
    found = pooled(tower, texts, view)
    assert_close(found, texts[f"pooled_masked.{view}"], 1e-5)
    assert_close(tower.head(found), texts[f"embedding_masked.{view}"], 1e-5)


@pytest.mark.parametrize("view", SENTENCES)
def test_a_full_row_is_the_same_as_with_padding_in_the_mean(
    tower: TextTower, texts: dict[str, np.ndarray], view: View
) -> None:
    full = ~texts[f"rows_that_differ.{view}"]
    assert full.any()
    assert not full.all()
    found = tower.head(pooled(tower, texts, view)).detach().numpy()
    away = np.abs(found - texts[f"embedding_with_padding.{view}"]).max(axis=1)
    assert (away[full] <= 5e-5).all()
    assert (away[~full] > 1e-5).all()


@pytest.mark.parametrize("view", SENTENCES)
def test_inference_is_the_self_attended_branch(tower: TextTower, texts: dict[str, np.ndarray], view: View) -> None:
    with torch.no_grad():
        assert_close(tower(tokens(texts, view)), texts[f"embedding_masked.{view}"], 1e-5)


@pytest.mark.parametrize(("name", "activation"), [("image", True), ("clip_image", False)])
def test_visual_tower_of_pooled_features(weights: dict[str, np.ndarray], name: str, activation: bool) -> None:
    arrays = arrays_of("visual_encoders")
    tower = visual_tower(weights, name, activation=activation)
    features = torch.from_numpy(arrays[f"{name}_features"])
    assert_close(tower.projection(features), arrays[f"{name}_projected"], 1e-5)
    assert_close(tower(features), arrays[f"{name}_embedding"], 1e-5)


def recorded_clips() -> tuple[dict[str, np.ndarray], Frames]:
    arrays = arrays_of("visual_encoders")
    return arrays, Frames(torch.from_numpy(arrays["video_frames"]), torch.from_numpy(arrays["video_mask"]).bool())


@torch.no_grad()
def test_frame_tower(weights: dict[str, np.ndarray]) -> None:
    arrays, clips = recorded_clips()
    tower = frame_tower(weights)
    assert_close(tower.pool(clips), arrays["video_pooled_masked"], 1e-5)
    assert_close(tower(clips), arrays["video_embedding_masked"], 1e-5)


@torch.no_grad()
def test_a_clip_of_full_length_is_the_same_as_with_padding_in_the_mean(weights: dict[str, np.ndarray]) -> None:
    arrays, clips = recorded_clips()
    full = ~arrays["video_rows_that_differ"]
    assert 0 < full.sum() < len(full)
    away = np.abs(frame_tower(weights)(clips).numpy() - arrays["video_embedding_with_padding"]).max(axis=1)
    assert (away[full] <= 5e-5).all()
    assert (away[~full] > 1e-5).all()
