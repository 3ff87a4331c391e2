"""The networks that an export to ONNX writes, with inputs to trace them and to try them with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from crossret.bench.checkpoints import Checkpoint
from crossret.contracts.visual import PixelBackbone
from crossret.errors import UsageError
from crossret.model.frame_tower import FrameTower
from crossret.model.text_tower import TextTower
from crossret.model.token_states import tokens_of
from crossret.model.visual_tower import VisualTower

Side = Literal["text", "visual"]

# Of two, seven and one words and more; the first batch is traced, so that no two of its sizes are equal.
TEXTS: Final = (
    ("a dog", "un perro que corre por la playa de noche", "一只狗在沙滩上奔跑"),
    ("cat",),
    ("two red birds", "नदी के पास एक लाल घर", "a", "дом у реки", "x y"),
    ("a very long caption " * 20, "short"),
)
PICTURES: Final = (3, 1, 8)
FRAMES: Final = ((3, 7), (1, 1), (5, 11))


@dataclass(frozen=True)
class Part:
    """A network and batches of inputs for it.

    Attributes:
        side: which side of the model it is.
        starts_at: what its inputs are, in a word.
        inputs: how they are made, for whoever feeds it.
        names: of the inputs.
        batches: of inputs, of different sizes; the first is traced.
    """

    side: Side
    starts_at: str
    inputs: str
    network: nn.Module
    names: tuple[str, ...]
    batches: tuple[tuple[Tensor, ...], ...]


class _Tokens(nn.Module):
    """Tokens → unit vectors."""

    def __init__(self, tower: TextTower, names: Sequence[str]) -> None:
        super().__init__()
        self.tower, self.names = tower, tuple(names)

    def forward(self, *tokens: Tensor) -> Tensor:
        found: Tensor = self.tower(dict(zip(self.names, tokens, strict=True)))
        return found


class _Sequence(nn.Module):
    """States of tokens or frames, and their mask → unit vectors."""

    def __init__(self, tower: TextTower | FrameTower) -> None:
        super().__init__()
        self.sequence, self.head = tower.sequence, tower.head
        self.components = tower.principal_components if isinstance(tower, FrameTower) else None

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        kept = states if self.components is None else self.components(states)
        found: Tensor = self.head(self.sequence.pool(*self.sequence.project(kept, mask)))
        return found


class _Pixels(nn.Module):
    """Preprocessed pictures → unit vectors."""

    def __init__(self, backbone: Callable[[Tensor], Tensor], tower: VisualTower) -> None:
        super().__init__()
        self.backbone, self.tower = backbone, tower

    def forward(self, pixels: Tensor) -> Tensor:
        found: Tensor = self.tower.head(self.tower.project(self.backbone(pixels)))
        return found


class _Features(nn.Module):
    """Features of pictures → unit vectors."""

    def __init__(self, tower: VisualTower) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, features: Tensor) -> Tensor:
        found: Tensor = self.tower.head(self.tower.project(features))
        return found


def text_parts(checkpoint: Checkpoint) -> list[Part]:
    """From the tokens on; else, for an encoder that cannot be written, from the states of its tokens on."""
    tower, recipe = checkpoint.model.text, checkpoint.assembly.recipe.model.text
    encoder = f"text encoder {recipe.encoder!r} with options {recipe.options}"
    tokens = [tokens_of(tower.encoder, texts) for texts in TEXTS]
    names = tuple(tokens[0])
    whole = Part(
        "text",
        "tokens",
        f"what tokenize() of {encoder} gives",
        _Tokens(tower, names),
        names,
        tuple(tuple(found[name] for name in names) for found in tokens),
    )
    states = f"token states and mask that {encoder} gives"
    return [whole, _sequence("text", "token states", states, tower, tower.encoder.dimension)]


def visual_parts(checkpoint: Checkpoint) -> list[Part]:
    """From the pixels on; else, for a frozen backbone that cannot be written, from its features on.

    Raises:
        UsageError: the backbone was trained on clips, so that its weights would be in no file.
    """
    tower, backbone = checkpoint.model.visual, checkpoint.assembly.backbone
    recipe = checkpoint.assembly.recipe.model.visual
    named = f"visual backbone {recipe.backbone!r} with options {recipe.options}"
    if isinstance(tower, FrameTower):
        if tower.backbone is not None:
            raise UsageError(
                f"{named} was trained on clips: only models over pictures or frozen features can be exported"
            )
        inputs = f"features of frames and mask that {named} gives"
        return [_sequence("visual", "features of frames", inputs, tower, backbone.dimension)]
    features = Part(
        "visual",
        "features",
        f"features that {named} gives",
        _Features(tower),
        ("features",),
        tuple((_random(count, backbone.dimension),) for count in PICTURES),
    )
    if not isinstance(backbone, PixelBackbone):
        return [features]
    seen = backbone if tower.backbone is None else tower.backbone
    pixels = Part(
        "visual",
        "pixels",
        f"what preprocess() of {named} makes of pictures, stacked",
        _Pixels(seen, tower),
        ("pixels",),
        tuple((_preprocessed(backbone, count),) for count in PICTURES),
    )
    return [pixels, features] if tower.backbone is None else [pixels]


def _sequence(side: Side, starts_at: str, inputs: str, tower: TextTower | FrameTower, width: int) -> Part:
    batches = tuple((_random(count, length, width), _mask(count, length)) for count, length in FRAMES)
    return Part(side, starts_at, inputs, _Sequence(tower), ("states", "mask"), batches)


def _random(*shape: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(shape).normal(size=shape).astype(np.float32))


def _mask(count: int, length: int) -> Tensor:
    """Ragged: the first is whole, of the others one position more is padding each."""
    lengths = torch.arange(length, length - count, -1).clamp_min(1)
    return torch.arange(length) < lengths[:, None]


def _preprocessed(backbone: PixelBackbone, count: int) -> Tensor:
    noise = np.random.default_rng(count).integers(0, 256, (count, 12, 16, 3)).astype(np.uint8)
    pictures = [Image.fromarray(one).resize((160, 120)) for one in noise]
    return torch.from_numpy(np.stack([backbone.preprocess(picture) for picture in pictures]))
