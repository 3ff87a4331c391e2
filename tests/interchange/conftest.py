from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tiny_bert import write_bert

from crossret.bench.assembly import Assembly
from crossret.bench.checkpoints import Checkpoint, write_checkpoint
from crossret.plugins import registry
from crossret.recipe.models import Recipe
from crossret.training.progress import Progress

COLOURS = {"red": "rojo", "green": "verde", "blue": "azul", "pink": "rosa", "black": "negro"}
THINGS = {"box": "caja", "ring": "anillo", "bar": "barra"}

Made = Callable[..., Path]
"""Writes a model with random weights; takes the visual and the text part of its recipe."""


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 15 noisy pictures, all in the test split too; two English captions each, and one Spanish."""
    root = tmp_path_factory.mktemp("pictures")
    (root / "images").mkdir()
    rows = []
    for number, (colour, thing) in enumerate((c, t) for c in COLOURS for t in THINGS):
        for split in ("train", "val", "test"):
            # Names with blanks, as files of people have them.
            name = f"{split} {number}.png"
            noise = np.random.default_rng([number, len(split)]).integers(0, 256, (32, 32, 3)).astype(np.uint8)
            Image.fromarray(noise).save(root / "images" / name)
            rows += [
                (name, "en", f"a {colour} {thing}", split),
                (name, "en", f"{thing} number {number} is {colour} today", split),
                (name, "es", f"{THINGS[thing]} {COLOURS[colour]}", split),
            ]
    with (root / "captions.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("item", "lang", "text", "split"), *rows])
    return root


@pytest.fixture(scope="session")
def made(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    def make(visual: dict[str, Any], text: dict[str, Any]) -> Path:
        recipe = Recipe.model_validate(
            {
                "data": {"dataset": "folder", "options": {"root": str(pictures)}},
                "model": {
                    "visual": {"hidden": 24, **visual},
                    "text": {"width": 16, "heads": 2, "query_width": 8, "positions": 12, **text},
                    "common": 20,
                },
                "objective": {"source": {"loss": "infonce", "between": ["visual", "source"]}},
            }
        )
        assembly = Assembly(recipe, registry())
        model = assembly.model(3)
        assembly.fit_principal_components(model, assembly.training_inputs())
        folder = tmp_path_factory.mktemp("model")
        components = {"text-encoder": model.text.encoder.fingerprint()}
        write_checkpoint(
            folder, Checkpoint(model, assembly, Progress(best_score=50.0), ("es",), 3, "0" * 64, components, 1.0)
        )
        return folder

    return make


@pytest.fixture(scope="session")
def plain(made: Made) -> Path:
    """A model over frozen features and hashed n-grams."""
    return made({"backbone": "hog", "principal_components": 8}, {"encoder": "subword-tiny"})


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a tiny BERT."""
    pytest.importorskip("transformers")
    return write_bert(tmp_path_factory.mktemp("bert"))
