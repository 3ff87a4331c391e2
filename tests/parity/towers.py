"""Both towers in evaluation mode: padding counted in, as published, and left out, as is our default."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from crossret.contracts.loss import View
from crossret.contracts.visual import Frames
from crossret.model.padding import LEFT_OUT, CountedIn, Padding
from crossret.model.text_tower import EncodedTexts, TextTower

from .comparison import Comparison
from .recorded import Arrays, arrays_of
from .small_model import frame_tower, sentences, text_tower, visual_tower, write_bert

SENTENCES: tuple[View, ...] = ("source", "target", "back")
# Per way to treat padding: its name in the recording, and the tolerances of pooled vectors and of embeddings.
WAYS: dict[str, tuple[Padding, float, float]] = {
    "with_padding": (CountedIn(), 2e-4, 5e-5),
    "masked": (LEFT_OUT, 1e-5, 1e-5),
}


@torch.no_grad()
def text_encoder(scratch: Path) -> Iterator[Comparison]:
    """States of BERT, pooled vectors and embeddings of every text view, both ways."""
    weights, arrays = arrays_of("weights_small"), arrays_of("text_encoder")
    bert = write_bert(scratch / "bert", weights)
    for way, (padding, pooled_tolerance, embedding_tolerance) in WAYS.items():
        tower = text_tower(weights, bert, padding)
        parts = encoded(tower, arrays)
        if way == "masked":
            for view in ("source", "target"):
                states = parts[view].raw.states  # type: ignore[index]
                yield Comparison.of(f"bert_states.{view}", states, arrays[f"bert_states.{view}"], 1e-5)
        for view in (*SENTENCES, "cross"):
            pooled = _pooled(tower, parts, view)
            yield Comparison.of(f"pooled_{way}.{view}", pooled, arrays[f"pooled_{way}.{view}"], pooled_tolerance)
            name = f"embedding_{way}.{view}"
            yield Comparison.of(name, tower.head(pooled), arrays[name], embedding_tolerance)


def encoded(tower: TextTower, arrays: Arrays) -> dict[View, EncodedTexts]:
    """Every recorded sentence inside the tower."""
    found: dict[View, EncodedTexts] = {}
    for view in SENTENCES:
        ids, mask = (torch.from_numpy(arrays[f"{view}_{part}"]) for part in ("ids", "mask"))
        found[view] = tower.encode(tower.encoder.tokenize(sentences(ids, mask)))
    return found


def _pooled(tower: TextTower, parts: dict[View, EncodedTexts], view: View | str) -> Tensor:
    if view == "cross":
        return tower.pool_across(parts["source"], parts["target"])
    return tower.pool(parts[view])  # type: ignore[index]


@torch.no_grad()
def visual_encoders(scratch: Path) -> Iterator[Comparison]:
    """Pooled features with and without ReLU; frames both ways."""
    weights, arrays = arrays_of("weights_small"), arrays_of("visual_encoders")
    for name in ("image", "clip_image"):
        tower = visual_tower(weights, name)
        features = torch.from_numpy(arrays[f"{name}_features"])
        yield Comparison.of(f"{name}_projected", tower.projection(features), arrays[f"{name}_projected"], 1e-5)
        yield Comparison.of(f"{name}_embedding", tower(features), arrays[f"{name}_embedding"], 1e-5)
    for way, (padding, pooled_tolerance, embedding_tolerance) in WAYS.items():
        tower_of_frames, frames = frame_tower(weights, padding), recorded_frames(arrays)
        pooled, embedding = tower_of_frames.pool(frames), tower_of_frames(frames)
        yield Comparison.of(f"video_pooled_{way}", pooled, arrays[f"video_pooled_{way}"], pooled_tolerance)
        yield Comparison.of(f"video_embedding_{way}", embedding, arrays[f"video_embedding_{way}"], embedding_tolerance)


def recorded_frames(arrays: Arrays) -> Frames:
    """The recorded clips."""
    return Frames(torch.from_numpy(arrays["video_frames"]), torch.from_numpy(arrays["video_mask"]).bool())
