"""Asks a trained model for the vectors of its galleries, translates free queries, finds the best model of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from crossret.bench.anchoring import anchors_of
from crossret.bench.assembly import Assembly
from crossret.bench.checkpoints import MODEL_FILE, Checkpoint
from crossret.bench.components import build_dataset
from crossret.bench.folders import training_folder
from crossret.bench.preparation import prepare_gallery
from crossret.bench.questions import asked_gallery
from crossret.errors import DataError, unknown
from crossret.evaluation.gallery import Gallery
from crossret.evaluation.model_ranks import Compared, compared
from crossret.evaluation.spread import IN_ONE_PROCESS, Spread
from crossret.recipe.models import DataRecipe, EvaluationRecipe, Recipe
from crossret.recipe.reading import validated
from crossret.registry import Registry
from crossret.results.record import Record
from crossret.results.store import Stored
from crossret.translation.fill import route_between, translate_all


def device_of(checkpoint: Checkpoint) -> torch.device:
    """Where the model lies."""
    return next(checkpoint.model.parameters()).device


def on_other_data(checkpoint: Checkpoint, data: DataRecipe) -> Assembly:
    """The checkpoint's recipe over other data; recorded translations are those of the other data, if it has any."""
    recipe = checkpoint.assembly.recipe.model_copy(update={"data": data})
    other = Assembly(recipe, checkpoint.assembly.registry, checkpoint.assembly.device)
    if other.dataset.translations() is None:
        return other
    options = {name: value for name, value in recipe.translation.options.items() if name != "path"}
    translation = recipe.translation.model_copy(update={"options": options})
    return replace(other, recipe=recipe.model_copy(update={"translation": translation}))


def check_language(assembly: Assembly, language: str) -> None:
    """Refuse a language that the data set has no captions in.

    Raises:
        UsageError: naming the nearest.
    """
    known = assembly.dataset.test_languages(assembly.protocol)
    if language not in known:
        raise unknown("test language", language, known)


def compare_all_galleries(
    checkpoint: Checkpoint,
    assembly: Assembly,
    language: str,
    recipe: EvaluationRecipe,
    spread: Spread = IN_ONE_PROCESS,
) -> Iterator[tuple[Gallery, Compared]]:
    """Every gallery in one language with its vectors; the assembly is the checkpoint's own, or its recipe over others.

    Raises:
        UsageError: no such language.
        DataError: the query needs a translation that does not exist.
    """
    check_language(assembly, language)
    anchors = anchors_of(checkpoint, language, recipe)
    for name in assembly.dataset.protocols[assembly.protocol].galleries:
        gallery = asked_gallery(assembly, name, language, recipe)
        inputs = assembly.visual.of(gallery.split)
        prepare_gallery(checkpoint.model, gallery)
        yield gallery, compared(checkpoint.model, gallery, inputs, recipe, device_of(checkpoint), anchors, spread)


def translated_query(assembly: Assembly, text: str, language: str) -> str:
    """A free text in the source language, by the recipe's translator.

    Raises:
        DataError: there is no route, or the text cannot be translated.
    """
    source = assembly.dataset.source_language
    if language == source or not text.strip():
        return text
    route = route_between(assembly.translator, language, source)
    (answer,) = translate_all([text], assembly.translator, route)
    if answer.status == "failed":
        raise DataError(f"{text!r} cannot be translated by {route}; ask with --query target")
    return answer.text


def best_checkpoint(out: Path, stored: list[Stored], language: str, registry: Registry) -> Path:
    """The folder of the best validated model of a run that was trained for a language; any reads the source language.

    Models trained on human target captions are passed over while there is another: they have seen the test captions.

    Raises:
        DataError: the run has no model for this language.
    """
    records = [s.record for s in stored if (training_folder(out, s.record.training_key) / MODEL_FILE).exists()]
    models = [record for record in records if record.best_validation is not None]
    asked = [record for record in models if record.unit.language == language] or [
        record for record in models if _source_language(record, registry) == language
    ]
    if not asked:
        languages = sorted({record.unit.language for record in models})
        raise DataError(
            f"{out}: no trained model for {language!r}; there are models for: {', '.join(languages) or 'no language'}"
        )
    trained_for = [record for record in asked if record.recipe["texts"]["target"] != "none"] or asked
    best = max(trained_for, key=lambda r: (r.group != "oracle", r.best_validation or 0.0, r.key))
    return training_folder(out, best.training_key)


def _source_language(record: Record, registry: Registry) -> str:
    return build_dataset(validated(Recipe, record.recipe, record.key), registry).source_language
