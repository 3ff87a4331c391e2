"""Finished models on disk: weights with their recipe in one file, readable without the run that made them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crossret.bench.assembly import Assembly
from crossret.errors import DataError
from crossret.model.dual_encoder import DualEncoder
from crossret.recipe.models import Recipe
from crossret.recipe.reading import validated
from crossret.registry import Registry
from crossret.training.progress import Progress
from crossret.training.tensor_files import read_tensors, write_tensors

MODEL_FILE = "model.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """A trained model and where it comes from.

    Attributes:
        languages: target languages it was trained on.
        components: fingerprints of encoder, backbone, data set and translator.
        peak_memory_mb: of the process that trained it.
    """

    model: DualEncoder
    assembly: Assembly
    progress: Progress
    languages: tuple[str, ...]
    seed: int
    key: str
    components: dict[str, str]
    peak_memory_mb: float


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


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write weights and facts atomically."""
    facts = Facts(
        checkpoint.assembly.recipe.model_dump(mode="json"),
        list(checkpoint.languages),
        checkpoint.seed,
        checkpoint.key,
        checkpoint.components,
        checkpoint.peak_memory_mb,
        checkpoint.progress.to_facts(),
    )
    write_tensors(folder / MODEL_FILE, dict(checkpoint.model.state_dict()), asdict(facts))


def read_checkpoint(folder: Path, registry: Registry, device: str) -> Checkpoint:
    """Rebuild a trained model.

    Raises:
        DataError: no checkpoint there, or its weights do not fit its recipe.
    """
    path = folder / MODEL_FILE if folder.is_dir() else folder
    if not path.exists():
        raise DataError(f"{folder}: no trained model here (expected {MODEL_FILE})")
    try:
        tensors, raw = read_tensors(path)
    except DataError as error:
        raise DataError(f"{error}; delete it, and it is trained again") from error
    try:
        facts = Facts(**raw)
    except TypeError as error:
        raise DataError(f"{path}: not a crossret checkpoint ({error})") from error
    recipe = validated(Recipe, facts.recipe, str(path))
    assembly = Assembly(recipe, registry, device)
    model = assembly.model(facts.seed)
    try:
        model.load_state_dict(tensors)
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
    )
