"""Checkpoints as the published code saves them, of any variant, with random weights; and archives made by hand."""

from __future__ import annotations

import argparse
import io
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

WIDTH, COMMON, QUERY, INNER, VOCABULARY, LAYERS = 16, 10, 8, 12, 30, 2
State = OrderedDict[str, Tensor]

OPTIONS: dict[str, Any] = {
    "rootpath": "data",
    "collection": "vatex",
    "visual_feature": "i3d",
    "data_type": "google_enc2zh",
    "model_type": "video",
    "dropout": 0.2,
    "margin": 0.2,
    "max_violation": True,
    "cost_style": "sum",
    "learning_rate": 0.0001,
    "lr_decay_rate": 0.99,
    "grad_clip": 2,
    "num_epochs": 50,
    "batch_size": 128,
    "frozen": "frozen",
    "layer_list": ["layer.1"],
    "text_num_attention": 2,
    "video_num_attention": 2,
    "text_layer": 1,
    "video_layer": 1,
    "text_pooling": "mean",
    "video_pooling": "mean",
    "disc_type": "not-so-weak",
    "tri_alpha": 0.6,
    "dtl_beta": 0.4,
    "l1_gama": 0.1,
    "back_w": 0.5,
    "scale": 0.001,
    "glr": 0.001,
    "img_path": None,
}


def layer(name: str, *shape: int) -> dict[str, Tensor]:
    return {f"{name}.weight": torch.randn(*shape), f"{name}.bias": torch.randn(shape[0])}


def sequence(dimension: int) -> dict[str, Tensor]:
    state = layer("input_proj_layer.LayerNorm", dimension) | layer("input_proj_layer.net.1", WIDTH, dimension)
    state["pos_embed_layer.position_embeddings.weight"] = torch.randn(20, WIDTH)
    state |= layer("pos_embed_layer.LayerNorm", WIDTH)
    for name, rows in (("query", QUERY), ("key", QUERY), ("value", WIDTH)):
        state |= layer(f"encoder_layer.self.{name}", rows, WIDTH)
    return state | layer("encoder_layer.output.dense", WIDTH, WIDTH) | layer("encoder_layer.output.LayerNorm", WIDTH)


def bert() -> dict[str, Tensor]:
    state: dict[str, Tensor] = {"embeddings.position_ids": torch.arange(20)[None]}
    for name, rows in (("word", VOCABULARY), ("position", 20), ("token_type", 2)):
        state[f"embeddings.{name}_embeddings.weight"] = torch.randn(rows, WIDTH)
    state |= layer("embeddings.LayerNorm", WIDTH)
    for number in range(LAYERS):
        at = f"encoder.layer.{number}"
        for name in ("query", "key", "value"):
            state |= layer(f"{at}.attention.self.{name}", WIDTH, WIDTH)
        state |= layer(f"{at}.attention.output.dense", WIDTH, WIDTH) | layer(f"{at}.attention.output.LayerNorm", WIDTH)
        state |= layer(f"{at}.intermediate.dense", INNER, WIDTH) | layer(f"{at}.output.dense", WIDTH, INNER)
        state |= layer(f"{at}.output.LayerNorm", WIDTH)
    state |= layer("pooler.dense", WIDTH, WIDTH)
    return {f"text_bert.text_bert.{name}": tensor for name, tensor in state.items()}


def mapping(width: int) -> dict[str, Tensor]:
    state = layer("mapping.fc1", COMMON, width) | layer("mapping.bn_1", COMMON)
    state |= {"mapping.bn_1.running_mean": torch.randn(COMMON), "mapping.bn_1.running_var": torch.rand(COMMON) + 0.5}
    return state | {"mapping.bn_1.num_batches_tracked": torch.tensor(7)}


def discriminator(kind: str) -> dict[str, Tensor]:
    at = "discriminator"
    if kind == "weak":
        return layer(f"{at}.model", 2, WIDTH)
    if kind == "not-so-weak":
        return layer(f"{at}.model.0", 256, WIDTH) | layer(f"{at}.model.2", 128, 256) | layer(f"{at}.model.4", 2, 128)
    state = layer(f"{at}.convolve.0", 6, WIDTH, 1) | layer(f"{at}.model", 2, 6)
    for number in (1, 2, 3):
        for name in ("conv1", "conv2"):
            state |= layer(f"{at}.convolve.{number}.{name}", 6, 6, 5)
    return state


def visual(options: dict[str, Any]) -> tuple[dict[str, Tensor], int]:
    """The visual encoder and the width of what it gives."""
    if options["model_type"] == "video":
        return sequence(5), WIDTH
    if options.get("img_encoder") == "clip":
        clip = layer("encoder.visual.conv1", 3, 3) | {"encoder.logit_scale": torch.tensor(1.0)}
        return clip | layer("proj", 12, 6), 12
    return layer("proj", 6, 6), 6


def prefixed(state: dict[str, Tensor]) -> State:
    return OrderedDict({f"module.{name}": tensor for name, tensor in state.items()})


def states(options: dict[str, Any], *, parallel: bool = True) -> list[State]:
    """The five parts; encoders trained in parallel have a prefix."""
    torch.manual_seed(4)
    encoder, width = visual(options)
    text = sequence(WIDTH) | bert()
    wrap = prefixed if parallel else OrderedDict
    plain = [OrderedDict(state) for state in (mapping(width), mapping(WIDTH), discriminator(options["disc_type"]))]
    return [wrap(encoder), wrap(text), *plain]


def content(*, parallel: bool = True, **changes: Any) -> dict[str, Any]:
    """What the published code saves."""
    options = OPTIONS | changes
    kept = argparse.Namespace(**{name: value for name, value in options.items() if value is not ...})
    return {"epoch": 3, "model": states(options, parallel=parallel), "best_rsum": 99.5, "opt": kept, "Eiters": 40}


def save(folder: Path, saved: Any, name: str = "model_best.pth.tar") -> Path:
    torch.save(saved, folder / name)
    return folder / name


def archive(path: Path, pickled: bytes, *, top: str = "archive", compress: bool = False, **files: bytes) -> Path:
    """A zip file like those of ``torch.save``, around any pickle."""
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr(f"{top}/data.pkl", pickled)
        for name, content_of_file in files.items():
            file.writestr(f"{top}/data/{name}", content_of_file)
    return path


class Calling:
    """Pickled, it asks the reader to call a function."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call


def pickled(value: Any) -> bytes:
    buffer = io.BytesIO()
    pickle.dump(value, buffer, protocol=2)
    return buffer.getvalue()
