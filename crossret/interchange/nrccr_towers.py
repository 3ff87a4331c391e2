"""Both towers of an NRCCR checkpoint: what of a recipe follows from shapes, and tensors under our names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossret.errors import DataError
from crossret.interchange.nrccr_bert import Sizes, sizes_of, tensors_of
from crossret.interchange.nrccr_options import (
    CLIP,
    IMAGE,
    VIDEO,
    Options,
    Wishes,
    choice,
    option,
    root,
    train_layers,
)
from crossret.interchange.nrccr_tensors import BERT, HEAD, PICTURE, SEQUENCE, Found, Part, Shape


@dataclass(frozen=True)
class Tower:
    """One tower.

    Attributes:
        recipe: content of ``model.visual`` or ``model.text``; for texts without the encoder.
        tensors: under our names, without the tower's own prefix.
        common: width of the common space.
    """

    recipe: dict[str, Any]
    tensors: dict[str, Found]
    common: int


def text_tower(encoder: Part, mapping: Part, options: Options, bert_heads: int | None) -> tuple[Tower, Sizes]:
    """The text tower and its BERT.

    Raises:
        DataError: a tensor is missing, has another shape, or belongs to nothing.
    """
    bert = encoder.under(BERT)
    sizes = sizes_of(bert, bert_heads)
    heads = option(options, "text_num_attention", int, 8)
    layers, tensors = _sequence(encoder.without(f"{BERT}."), sizes.width, heads)
    head, common = _head(mapping, layers["width"])
    tensors |= head | {f"encoder.network.{name}": found for name, found in tensors_of(bert, sizes).items()}
    recipe = {**layers, "dropout": 0.1, "options": {"train_layers": train_layers(options, sizes.layers)}}
    return Tower(recipe, tensors, common), sizes


def visual_tower(encoder: Part, mapping: Part, options: Options, wishes: Wishes) -> Tower:
    """The visual tower; the weights of CLIP are left out, as they never train.

    Raises:
        DataError: a tensor is missing, has another shape, or belongs to nothing.
    """
    kind = choice(options, "model_type", {VIDEO: VIDEO, IMAGE: IMAGE})
    if kind == VIDEO:
        return _frames(encoder, mapping, options, wishes)
    clip = option(options, "img_encoder", str, "clip") == "clip"
    encoder = encoder.without("encoder.") if clip else encoder
    hidden, dimension = (encoder.size("proj.weight", axis) for axis in (0, 1))
    shapes: dict[str, Shape] = {"projection.0.weight": (hidden, dimension), "projection.0.bias": (hidden,)}
    tensors = encoder.renamed(PICTURE, shapes)
    head, common = _head(mapping, hidden)
    recipe = {"hidden": hidden, "activation": not clip, "dropout": 0.0, **_picture_backbone(options, wishes, clip)}
    return Tower(recipe, tensors | head, common)


def _picture_backbone(options: Options, wishes: Wishes, clip: bool) -> dict[str, Any]:
    if clip:
        name = choice(options, "img_encoder_name", CLIP, "ViT-B/32")
        return {"backbone": f"openclip:{name}", "options": {"pretrained": "openai"}}
    return {"backbone": "nrccr-npy", "options": _stored_features(options, wishes)}


def _frames(encoder: Part, mapping: Part, options: Options, wishes: Wishes) -> Tower:
    dimension = encoder.size("input_proj_layer.net.1.weight", 1)
    heads = option(options, "video_num_attention", int, 8)
    layers, tensors = _sequence(encoder, dimension, heads)
    head, common = _head(mapping, layers["width"])
    frames = {"heads": heads, "query_width": layers["query_width"], "positions": layers["positions"], "dropout": 0.1}
    recipe = {
        "backbone": "nrccr-bigfile",
        "options": _stored_features(options, wishes),
        "hidden": layers["width"],
        "frames": {**frames, "most": min(64, layers["positions"])},
    }
    return Tower(recipe, tensors | head, common)


def _stored_features(options: Options, wishes: Wishes) -> dict[str, str]:
    return {
        "root": root(options, wishes),
        "collection": option(options, "collection", str),
        "feature": option(options, "visual_feature", str),
    }


def _sequence(part: Part, dimension: int, heads: int) -> tuple[dict[str, Any], dict[str, Found]]:
    width = part.size("input_proj_layer.net.1.weight", 0)
    query_width = part.size("encoder_layer.self.query.weight", 0)
    positions = part.size("pos_embed_layer.position_embeddings.weight", 0)
    if heads < 1 or width % heads or query_width % heads:
        raise DataError(f"{part.label}: widths {width} and {query_width} do not split into {heads} heads")
    shapes = _sequence_shapes(dimension, width, query_width, positions)
    sizes = {"width": width, "heads": heads, "query_width": query_width, "positions": positions}
    return sizes, part.renamed(SEQUENCE, shapes)


def _sequence_shapes(dimension: int, width: int, query_width: int, positions: int) -> Mapping[str, Shape]:
    import torch

    from crossret.model.sequence import SequenceLayers

    with torch.device("meta"):
        layers = SequenceLayers(
            dimension, width, query_width=query_width, heads=1, positions=positions, dropout=0.0
        ).state_dict()
    return {f"sequence.{name}": tuple(tensor.shape) for name, tensor in layers.items()}


def _head(mapping: Part, width: int) -> tuple[dict[str, Found], int]:
    common = mapping.size("mapping.fc1.weight", 0)
    vector = (common,)
    shapes: dict[str, Shape] = {"head.linear.weight": (common, width), "head.linear.bias": vector}
    shapes |= dict.fromkeys((f"head.norm.{name}" for name in ("weight", "bias", "running_mean", "running_var")), vector)
    return mapping.renamed(HEAD, shapes | {"head.norm.num_batches_tracked": ()}), common
