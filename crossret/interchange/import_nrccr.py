"""A checkpoint of the published code as a model of ours: weights, recipe, and the configuration of its BERT."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossret.atomic import write_text
from crossret.bench.checkpoints import MODEL_FILE, Facts
from crossret.bench.model_card import write_card
from crossret.errors import CrossretError, DataError, UsageError
from crossret.interchange.nrccr_bert import MULTILINGUAL, Sizes
from crossret.interchange.nrccr_discriminator import discriminator
from crossret.interchange.nrccr_options import (
    DISCRIMINATORS,
    Wishes,
    check_rebuildable,
    choice,
    option,
    recipe_content,
    target_language,
)
from crossret.interchange.nrccr_tensors import Found, Part
from crossret.interchange.nrccr_towers import text_tower, visual_tower
from crossret.interchange.pickle_machine import Namespace
from crossret.interchange.torch_archive import Archive, open_archive
from crossret.plugins import registry
from crossret.recipe.models import Recipe
from crossret.recipe.reading import validated
from crossret.training.progress import Progress
from crossret.training.tensor_files import write_tensors

if TYPE_CHECKING:
    from torch import Tensor

DISCRIMINATOR_FILE = "discriminator.safetensors"
BERT_FOLDER = "bert"
HUB_NAME = "bert-base-multilingual-cased"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
MOST_TOKENS = 250
LABELS = ("visual encoder", "text encoder", "visual mapping", "text mapping", "discriminator")


@dataclass(frozen=True)
class Imported:
    """What was read.

    Attributes:
        recipe: in reference mode, with the options of the training.
        epoch: of the weights.
        best: the published validation score of the weights.
    """

    recipe: Recipe
    language: str
    epoch: int
    best: float


def import_nrccr(
    path: Path, out: Path, wishes: Wishes, *, tokenizer: Path | None = None, bert_heads: int | None = None
) -> Imported:
    """Write ``out/model.safetensors`` and, beside it, the weights of the discriminator.

    The trained weights of BERT are part of the model. With a tokenizer, ``out/bert`` gets its files and a configuration
    of the checkpoint's sizes; without one, both are those of ``bert-base-multilingual-cased`` in the hub's cache.

    Args:
        path: ``model_best.pth.tar``.
        out: a folder that does not exist or is empty.
        wishes: what the user says of the data.
        tokenizer: a folder with the files of a tokenizer.
        bert_heads: attention heads of BERT; ``None``: one per 64 columns.

    Raises:
        DataError: the file is damaged, holds more than plain data and tensors, or does not fit the published model.
        UsageError: ``out`` is not empty, or a tokenizer is needed.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out}: exists already; expected a new or empty folder")
    archive = open_archive(path)
    try:
        return _written(archive, out, wishes, tokenizer, bert_heads)
    except CrossretError as error:
        line = str(error)
        raise type(error)(line if line.startswith(f"{path}:") else f"{path}: {line}") from error


def _written(archive: Archive, out: Path, wishes: Wishes, tokenizer: Path | None, bert_heads: int | None) -> Imported:
    content = archive.content
    options, states = _content(content)
    check_rebuildable(options)
    parts = dict(zip(LABELS, map(Part.of, LABELS, states), strict=True))
    text, sizes = text_tower(parts["text encoder"], parts["text mapping"], options, bert_heads)
    visual = visual_tower(parts["visual encoder"], parts["visual mapping"], options, wishes)
    if text.common != visual.common:
        raise DataError(f"the mappings lead to {visual.common} and {text.common} dimensions; expected one space")
    head = choice(options, "disc_type", DISCRIMINATORS)
    opponent = discriminator(parts["discriminator"], head, sizes.width)
    encoder = _encoder(out, sizes, tokenizer)
    text.recipe["options"] |= {"random_init": True, "lowercase": True, "strip_accents": True}
    text.recipe["options"]["max_tokens"] = min(MOST_TOKENS, sizes.positions)
    raw = recipe_content(options, wishes, visual.recipe, {"encoder": encoder, **text.recipe}, text.common)
    recipe = validated(Recipe, raw, "opt")
    language = target_language(options, wishes)
    progress = _progress(content)
    tensors = _loaded(archive, "visual.", visual.tensors) | _loaded(archive, "text.", text.tensors)
    weights_of_opponent = _loaded(archive, "", opponent)
    if tokenizer is not None:
        _write_bert(out / BERT_FOLDER, sizes, tokenizer)
    write_tensors(out / DISCRIMINATOR_FILE, weights_of_opponent, {"head": head})
    facts = Facts(recipe.model_dump(mode="json"), [language], 0, _hash(archive.path), {}, 0.0, progress.to_facts())
    write_card(out, facts, registry())
    write_tensors(out / MODEL_FILE, tensors, asdict(facts))
    return Imported(recipe, language, progress.epoch, progress.best_score)


def _content(content: Any) -> tuple[Namespace, list[Any]]:
    if not isinstance(content, dict):
        raise DataError(f"expected a mapping with 'model' and 'opt', found a {type(content).__name__}")
    for name in ("model", "opt"):
        if name not in content:
            raise DataError(f"no {name!r} inside; expected a checkpoint of NRCCR's trainer")
    options, states = content["opt"], content["model"]
    if not isinstance(options, Namespace):
        raise DataError(f"'opt' is a {type(options).__name__}; expected the options of a training")
    if not isinstance(states, list) or len(states) != len(LABELS):
        found = f"{len(states)} parts" if isinstance(states, list) else f"a {type(states).__name__}"
        raise DataError(f"'model' holds {found}; expected {len(LABELS)}: {', '.join(LABELS)}")
    return options, states


def _progress(content: Mapping[str, Any]) -> Progress:
    step, epoch = option(content, "Eiters", int, 0), option(content, "epoch", int, 0)
    return Progress(step=step, epoch=epoch, best_step=step, best_score=option(content, "best_rsum", float, 0.0))


def _encoder(out: Path, sizes: Sizes, tokenizer: Path | None) -> str:
    """The component that reads texts; its weights come from the checkpoint."""
    if tokenizer is not None:
        if not any((tokenizer / name).is_file() for name in ("tokenizer.json", "vocab.txt")):
            raise UsageError(f"{tokenizer}: no tokenizer there (expected tokenizer.json or vocab.txt)")
        return f"hf:{(out / BERT_FOLDER).resolve()}"
    if sizes != MULTILINGUAL:
        raise UsageError(
            f"its BERT has not the sizes of {HUB_NAME} (vocabulary {sizes.vocabulary}, width {sizes.width}, "
            f"{sizes.layers} layers): name the folder of its tokenizer by --tokenizer"
        )
    return f"hf:{HUB_NAME}"


def _write_bert(folder: Path, sizes: Sizes, tokenizer: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER_FILES:
        if (tokenizer / name).is_file():
            shutil.copyfile(tokenizer / name, folder / name)
    write_text(folder / "config.json", json.dumps(sizes.config(), indent=2) + "\n")


def _loaded(archive: Archive, prefix: str, tensors: Mapping[str, Found]) -> dict[str, Tensor]:
    loaded: dict[str, Tensor] = {}
    for name, found in tensors.items():
        tensor = archive.load(found.stored)
        if tensor.is_floating_point():
            tensor = tensor.float()
            if not tensor.isfinite().all():
                raise DataError(f"tensor {found.theirs!r} has entries that are not finite")
        elif found.stored.shape:
            raise DataError(f"tensor {found.theirs!r} holds whole numbers; expected real ones")
        loaded[f"{prefix}{name}"] = tensor
    return loaded


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
