"""The published model at a small size, of our own parts, filled with the recorded weights."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from crossret.model.frame_tower import FrameTower
from crossret.model.padding import LEFT_OUT, Padding
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.recipe.models import FramesRecipe, TextRecipe, VisualRecipe
from crossret_text.transformer import TransformerEncoder

from .recorded import Arrays, tensors_under

COMMON = 96
VOCABULARY = 500
BERT = {
    "model_type": "bert",
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 64,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
SEQUENCE = {
    "input_projection.norm": "sequence.projection.0",
    "input_projection.linear": "sequence.projection.2",
    "position.embedding": "sequence.positions",
    "position.norm": "sequence.position_norm",
    "attention": "sequence.attention",
    "mapping": "head",
}
VISUAL = {"projection": "projection.0", "mapping": "head"}
TEXT = SEQUENCE | {"bert": "encoder.network"}


def write_tokenizer(folder: Path) -> None:
    """A tokenizer that reads ids: the sentence "7 12" has the tokens 7 and 12."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = {"[PAD]": 0} | {str(number): number for number in range(1, VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[PAD]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", model_max_length=64)
    fast.save_pretrained(folder)


def write_bert(folder: Path, weights: Arrays) -> Path:
    """A folder as transformers writes it, with the recorded BERT."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tokenizer(folder)
    (folder / "config.json").write_text(json.dumps(BERT))
    save_file(tensors_under("text.bert.", weights), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def sentences(ids: torch.Tensor, mask: torch.Tensor) -> list[str]:
    """Rows of ids as sentences of :func:`write_tokenizer`'s language."""
    return [" ".join(str(int(n)) for n in row[real > 0]) for row, real in zip(ids, mask, strict=True)]


def renamed(arrays: Arrays, prefix: str, names: dict[str, str]) -> dict[str, Tensor]:
    """Recorded weights under our names."""
    found = {}
    for theirs, ours in names.items():
        found |= {f"{ours}.{rest}": tensor for rest, tensor in tensors_under(f"{prefix}.{theirs}.", arrays).items()}
    return found


def text_tower(weights: Arrays, bert: Path, padding: Padding = LEFT_OUT, *, dropout: float = 0.1) -> TextTower:
    recipe = TextRecipe(width=64, heads=8, query_width=512, positions=250, dropout=dropout)
    tower = TextTower(TransformerEncoder(str(bert), train_layers=[1]), recipe, COMMON, dropout, padding)
    recorded = {name: t for name, t in renamed(weights, "text", TEXT).items() if ".pooler." not in name}
    tower.load_state_dict(recorded)
    return tower.eval()


def visual_tower(weights: Arrays, name: str, *, dropout: float = 0.1) -> VisualTower:
    """Of pooled features: ``image`` has a ReLU, ``clip_image`` has none."""
    hidden, dimension = weights[f"{name}.projection.weight"].shape
    recipe = VisualRecipe(hidden=hidden, activation=name == "image", dropout=dropout)
    tower = VisualTower(dimension, recipe, COMMON, dropout)
    tower.load_state_dict(renamed(weights, name, VISUAL))
    return tower.eval()


def frame_tower(weights: Arrays, padding: Padding = LEFT_OUT, *, dropout: float = 0.1) -> FrameTower:
    hidden, dimension = weights["video.input_projection.linear.weight"].shape
    recipe = VisualRecipe(hidden=hidden, frames=FramesRecipe(dropout=dropout))
    tower = FrameTower(dimension, recipe, COMMON, dropout, padding=padding)
    tower.load_state_dict(renamed(weights, "video", SEQUENCE))
    return tower.eval()
