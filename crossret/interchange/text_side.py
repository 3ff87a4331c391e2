"""The text side of a model in one file, with all its weights: it needs no data set and no visual backbone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from crossret.bench.assembly import Assembly
from crossret.bench.checkpoints import Checkpoint
from crossret.errors import DataError
from crossret.model.text_tower import TextTower
from crossret.recipe.models import Recipe
from crossret.recipe.reading import validated
from crossret.registry import Registry
from crossret.training.tensor_files import read_tensors, write_tensors


@dataclass(frozen=True)
class TextSide:
    """A text tower in evaluation mode and the recipe that it is built from."""

    tower: TextTower
    recipe: Recipe


def text_side_of(checkpoint: Checkpoint) -> TextSide:
    """The text side of a trained model; it shares its weights."""
    return TextSide(checkpoint.model.text.eval(), checkpoint.assembly.recipe)


def write_text_side(path: Path, side: TextSide) -> None:
    """Write weights and recipe atomically, frozen weights of the encoder included."""
    facts = {"recipe": side.recipe.model_dump(mode="json"), "text-encoder": side.tower.encoder.fingerprint()}
    write_tensors(path, dict(side.tower.state_dict()), facts)


def read_text_side(path: Path, registry: Registry) -> TextSide:
    """Rebuild what :func:`write_text_side` wrote.

    The encoder is built as the recipe says, so that one that starts from a model of a hub needs that model, too.

    Raises:
        DataError: the file is missing or damaged, or its weights do not fit its recipe.
    """
    tensors, facts = read_tensors(path)
    if "recipe" not in facts:
        raise DataError(f"{path}: not the text side of a crossret model (no recipe)")
    recipe = validated(Recipe, facts["recipe"], str(path))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        tower = Assembly(recipe, registry).text_tower()
    try:
        tower.load_state_dict(tensors)
    except RuntimeError as error:
        raise DataError(f"{path}: weights do not fit the recipe: {' '.join(str(error).split())[:300]}") from error
    return TextSide(tower.eval(), recipe)
