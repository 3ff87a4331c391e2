"""Finished models on disk: weights with their recipe in one file, readable without the run that made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from crossret.bench.assembly import Assembly
from crossret.bench.making import Making
from crossret.bench.model_card import write_card
from crossret.errors import DataError
from crossret.model.dual_encoder import DualEncoder
from crossret.model.trained_weights import frozen_weights, load_trained_state, trained_state
from crossret.recipe.models import Recipe
from crossret.recipe.reading import validated
from crossret.registry import Registry
from crossret.training.progress import Progress
from crossret.training.tensor_files import read_facts, read_tensors, write_tensors

MODEL_FILE = "model.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """A trained model and where it comes from.

    Attributes:
        languages: target languages it was trained on.
        components: fingerprints of encoder, backbone, data set and translator.
        peak_memory_mb: of the process that trained it.
        making: what else its model card tells; ``None`` for models of other programs, and older ones.
    """

    model: DualEncoder
    assembly: Assembly
    progress: Progress
    languages: tuple[str, ...]
    seed: int
    key: str
    components: dict[str, str]
    peak_memory_mb: float
    making: Making | None = None


@dataclass(frozen=True)
class Facts:
    """What stands beside the weights."""

    recipe: dict[str, Any]
    languages: list[str]
    seed: int
    key: str
    components: dict[str, str]
    peak_memory_mb: float
    progress: dict[str, Any]
    making: dict[str, Any] | None = None


def write_checkpoint(folder: Path, checkpoint: Checkpoint, tensors: Mapping[str, Tensor] | None = None) -> None:
    """Write model card, then weights and facts, each atomically: a model is never without its card.

    Args:
        folder: gets the files.
        checkpoint: what is written.
        tensors: the model's weights if others than :func:`trained_state` are to be kept: all of them, for a model whose
            frozen weights are not those that its text encoder is built with.
    """
    kept = trained_state(checkpoint.model) if tensors is None else tensors
    facts = Facts(
        checkpoint.assembly.recipe.model_dump(mode="json"),
        list(checkpoint.languages),
        checkpoint.seed,
        checkpoint.key,
        checkpoint.components,
        checkpoint.peak_memory_mb,
        checkpoint.progress.to_facts(),
        None if checkpoint.making is None else asdict(checkpoint.making),
    )
    write_card(folder, facts, checkpoint.assembly.registry)
    write_tensors(folder / MODEL_FILE, dict(kept), asdict(facts))


def read_checkpoint(folder: Path, registry: Registry, device: str) -> Checkpoint:
    """Rebuild a trained model.

    Raises:
        DataError: no checkpoint there, its weights do not fit its recipe, or the frozen weights of its text encoder,
            which it leaves out, are no longer the same.
    """
    path = folder / MODEL_FILE if folder.is_dir() else folder
    if not path.exists():
        raise DataError(f"{folder}: no trained model here (expected {MODEL_FILE})")
    try:
        tensors, raw = read_tensors(path)
    except DataError as error:
        raise DataError(f"{error}; delete it, and it is trained again") from error
    facts = _facts(raw, path)
    recipe = validated(Recipe, facts.recipe, str(path))
    assembly = Assembly(recipe, registry, device)
    model = assembly.model(facts.seed)
    _check_encoder(path, model, tensors, facts)
    try:
        load_trained_state(model, tensors)
    except RuntimeError as error:
        raise DataError(f"{path}: weights do not fit the recipe: {' '.join(str(error).split())[:300]}") from error
    return Checkpoint(
        model.to(device).eval(),
        assembly,
        Progress.from_facts(facts.progress),
        tuple(facts.languages),
        facts.seed,
        facts.key,
        facts.components,
        facts.peak_memory_mb,
        None if facts.making is None else Making.from_facts(facts.making),
    )


def read_card_facts(folder: Path) -> Facts:
    """What stands beside the weights of a checkpoint, without reading those.

    Raises:
        DataError: missing, damaged, or no checkpoint.
    """
    path = folder / MODEL_FILE
    return _facts(read_facts(path), path)


def _facts(raw: Mapping[str, Any], path: Path) -> Facts:
    try:
        return Facts(**raw)
    except TypeError as error:
        raise DataError(f"{path}: not a crossret checkpoint ({error})") from error


def _check_encoder(path: Path, model: DualEncoder, tensors: Mapping[str, Tensor], facts: Facts) -> None:
    frozen = frozen_weights(model)
    stored, found = facts.components.get("text-encoder"), model.text.encoder.fingerprint()
    if frozen and not frozen & tensors.keys() and stored != found:
        name = facts.recipe["model"]["text"]["encoder"]
        raise DataError(
            f"{path}: was trained over frozen weights of text encoder {name!r} with fingerprint {stored}, found "
            f"{found}; it needs the same weights, tokenizer and options"
        )
