"""The published model at a small size, filled with the recorded weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from parity_arrays import tensors_under
from torch import nn

from crossret.contracts.text import Tokens, TokenStates
from crossret.model.frame_tower import FrameTower
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.recipe.models import FramesRecipe, TextRecipe, VisualRecipe

COMMON = 96
SEQUENCE = {
    "input_projection.norm": "sequence.projection.0",
    "input_projection.linear": "sequence.projection.2",
    "position.embedding": "sequence.positions",
    "position.norm": "sequence.position_norm",
    "attention": "sequence.attention",
    "mapping": "head",
}
VISUAL = {"projection": "projection.0", "mapping": "head"}


class SmallBert(nn.Module):
    """BERT of the recorded size behind the text encoder's contract; its tokens are ids and a mask."""

    dimension = 64

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        from transformers import BertConfig, BertModel

        super().__init__()
        config = BertConfig(
            vocab_size=500,
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=128,
            max_position_embeddings=64,
        )
        self.bert = BertModel(config)
        self.bert.load_state_dict(tensors_under("text.bert.", arrays), strict=False)

    def fingerprint(self) -> str:
        return "small"

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        raise NotImplementedError

    def forward(self, tokens: Tokens) -> TokenStates:
        mask = tokens["mask"].bool()
        return TokenStates(self.bert(tokens["ids"], mask.long()).last_hidden_state, mask)


def renamed(arrays: dict[str, np.ndarray], prefix: str, names: dict[str, str]) -> dict[str, torch.Tensor]:
    """Recorded weights under our names."""
    found = {}
    for theirs, ours in names.items():
        found |= {f"{ours}.{rest}": tensor for rest, tensor in tensors_under(f"{prefix}.{theirs}.", arrays).items()}
    return found


def text_tower(arrays: dict[str, np.ndarray]) -> TextTower:
    recipe = TextRecipe(width=64, heads=8, query_width=512, positions=250)
    tower = TextTower(SmallBert(arrays), recipe, COMMON, head_dropout=0.2)
    missing, unexpected = tower.load_state_dict(renamed(arrays, "text", SEQUENCE), strict=False)
    assert not unexpected
    assert all(name.startswith("encoder.") for name in missing), missing
    return tower.eval()


def visual_tower(arrays: dict[str, np.ndarray], name: str, *, activation: bool) -> VisualTower:
    hidden, dimension = arrays[f"{name}.projection.weight"].shape
    recipe = VisualRecipe(hidden=hidden, activation=activation, dropout=0.1)
    tower = VisualTower(dimension, recipe, COMMON, head_dropout=0.2)
    tower.load_state_dict(renamed(arrays, name, VISUAL))
    return tower.eval()


def frame_tower(arrays: dict[str, np.ndarray]) -> FrameTower:
    hidden, dimension = arrays["video.input_projection.linear.weight"].shape
    tower = FrameTower(dimension, VisualRecipe(hidden=hidden, frames=FramesRecipe()), COMMON, head_dropout=0.2)
    tower.load_state_dict(renamed(arrays, "video", SEQUENCE))
    return tower.eval()
