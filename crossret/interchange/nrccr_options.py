"""The options of an NRCCR training as a recipe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossret.errors import DataError, UsageError, nearest

Options = Mapping[str, Any]

DATASETS = {
    "vatex": "nrccr-vatex",
    "msrvttcn": "nrccr-msrvtt-cn",
    "msrvtt10kcn": "nrccr-msrvtt-cn",
    "msrvtt10kyu": "nrccr-msrvtt-cn",
    "multi30k": "nrccr-multi30k",
    "mscoco": "nrccr-mscoco",
}
DISCRIMINATORS = {"weak": "weak", "not-so-weak": "mlp", "strong": "convolutional"}
# The names under which open_clip has the models of the clip package.
CLIP = {
    "RN50": "RN50-quickgelu",
    "RN101": "RN101-quickgelu",
    "RN50x4": "RN50x4-quickgelu",
    "RN50x16": "RN50x16-quickgelu",
    "ViT-B/32": "ViT-B-32-quickgelu",
    "ViT-B/16": "ViT-B-16-quickgelu",
    "ViT-L/14": "ViT-L-14-quickgelu",
}
VIDEO, IMAGE = "video", "img"


@dataclass(frozen=True)
class Wishes:
    """What the user says beside the file.

    Attributes:
        root: folder of the data in the authors' layout; ``None``: as in the options.
        language: target language; ``None``: as in the options.
    """

    root: str | None = None
    language: str | None = None


def option(options: Options, name: str, kind: type, default: Any = None) -> Any:
    """One option.

    Raises:
        DataError: it is missing and has no default, or is of another kind.
    """
    value = options.get(name, default)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise DataError(f"opt.{name}: expected {kind.__name__}, found {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    return repr(value)[:60] if isinstance(value, str | int | float | bool) or value is None else type(value).__name__


def choice(options: Options, name: str, known: Mapping[str, str], default: Any = None) -> str:
    """One option that has few values.

    Raises:
        DataError: another value.
    """
    value = option(options, name, str, default)
    if value not in known:
        raise DataError(f"opt.{name}: unknown {value!r:.60}{nearest(value, known)}")
    return known[value]


def check_rebuildable(options: Options) -> None:
    """Refuse what the published code can train but does not save, or what our towers do not do.

    Raises:
        DataError: naming the option.
    """
    for name in ("text_layer", "video_layer"):
        if option(options, name, int, 1) != 1:
            raise DataError(f"opt.{name} is {options[name]}; further layers are not in a checkpoint, expected 1")
    for name in ("text_pooling", "video_pooling"):
        if option(options, name, str, "mean") != "mean":
            raise DataError(f"opt.{name} is {options[name]!r:.40}; expected 'mean'")


def target_language(options: Options, wishes: Wishes) -> str:
    """The language that captions were translated into.

    Raises:
        UsageError: neither the options nor the user say it.
    """
    if wishes.language:
        return wishes.language
    found = re.search(r"enc2([a-z]{2})", str(options.get("data_type", "")))
    if found is None:
        raise UsageError(f"opt.data_type is {_shown(options.get('data_type'))}: give the target language by --lang")
    return found[1]


def recipe_content(
    options: Options, wishes: Wishes, visual: Mapping[str, Any], text: Mapping[str, Any], common: int
) -> dict[str, Any]:
    """The recipe, in reference mode.

    Args:
        options: of the training.
        wishes: what the user says.
        visual: content of ``model.visual``.
        text: content of ``model.text``.
        common: width of the common space.

    Raises:
        DataError: an option is missing or has a value that means nothing here.
    """
    return {
        "reference": True,
        "data": data(options, wishes),
        "translation": {"translator": "recorded"},
        "texts": {"target": "translated", "per": "caption", "length_window": 1},
        "model": {
            "visual": dict(visual),
            "text": dict(text),
            "common": common,
            "head_dropout": option(options, "dropout", float, 0.2),
        },
        "objective": _objective(options),
        "training": {
            "epochs": option(options, "num_epochs", int, 50),
            "batch_size": option(options, "batch_size", int, 128),
            "learning_rate": option(options, "learning_rate", float, 1e-4),
            "decay": option(options, "lr_decay_rate", float, 0.99),
            "clip": option(options, "grad_clip", float, 2.0),
        },
        # Batches of the published tests; padding counts, so they matter.
        "evaluation": {"query": "fused", "fusion_weight": 0.5, "batch_size": 64},
    }


def data(options: Options, wishes: Wishes) -> dict[str, Any]:
    """Data set, protocol and folder."""
    dataset = choice(options, "collection", DATASETS)
    protocol = "standard"
    if dataset == "nrccr-multi30k":
        protocol = f"task{option(options, 'task', int, 1)}"
    elif dataset == "nrccr-mscoco":
        protocol = target_language(options, wishes)
    return {"dataset": dataset, "protocol": protocol, "options": {"root": root(options, wishes)}}


def root(options: Options, wishes: Wishes) -> str:
    """Folder of the data."""
    return wishes.root if wishes.root is not None else str(option(options, "rootpath", str, "data"))


def _objective(options: Options) -> dict[str, Any]:
    triplet = {
        "margin": option(options, "margin", float, 0.2),
        "negatives": "hardest" if option(options, "max_violation", bool, True) else "all",
        "reduction": choice(options, "cost_style", {"sum": "sum", "mean": "mean"}, "sum"),
    }
    adversary = {
        "head": choice(options, "disc_type", DISCRIMINATORS),
        "learning_rate": option(options, "glr", float, 1e-3),
    }
    weight = {
        name: option(options, name, float, 0.0) for name in ("tri_alpha", "dtl_beta", "l1_gama", "back_w", "scale")
    }
    return {
        "source": {"loss": "triplet", "between": ["visual", "source"], "options": triplet},
        "target": {
            "loss": "triplet",
            "between": ["visual", "target"],
            "weight": weight["tri_alpha"],
            "options": triplet,
        },
        "similarity": {"loss": "similarity-view", "weight": weight["dtl_beta"]},
        "feature": {"loss": "feature-view", "weight": weight["l1_gama"]},
        "cycle": {"loss": "back-translation", "weight": weight["back_w"], "options": triplet},
        "adversarial": {"loss": "language-adversary", "weight": weight["scale"], "options": adversary},
    }


def train_layers(options: Options, layers: int) -> str | list[int]:
    """Which layers of BERT trained: an entry of ``layer_list`` counts for every layer whose name contains it."""
    frozen = option(options, "frozen", str, "")
    if frozen == "all_frozen":
        return "none"
    if frozen != "frozen":
        return "all"
    entries = option(options, "layer_list", list, [])
    if not all(isinstance(entry, str) for entry in entries):
        raise DataError("opt.layer_list: expected texts such as 'layer.5'")
    return [n for n in range(layers) if any(entry in f"encoder.layer.{n}." for entry in entries)]
