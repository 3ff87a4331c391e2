"""Asks a trained model: the ranks of its galleries, or the nearest items to a free text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from crossret.bench.anchoring import anchors_of
from crossret.bench.assembly import Assembly
from crossret.bench.checkpoints import MODEL_FILE, Checkpoint
from crossret.bench.components import build_dataset
from crossret.bench.folders import training_folder
from crossret.bench.preparation import prepare_gallery
from crossret.bench.questions import asked_gallery
from crossret.contracts.data import Item
from crossret.errors import DataError, UsageError, unknown
from crossret.evaluation.encoding import embed_items, embed_texts
from crossret.evaluation.gallery import GalleryRanks
from crossret.evaluation.model_ranks import rank_gallery
from crossret.recipe.models import DataRecipe, EvaluationRecipe, Recipe
from crossret.recipe.reading import validated
from crossret.registry import Registry
from crossret.results.record import Record
from crossret.results.store import Stored
from crossret.retrieval.nearest import top_items
from crossret.translation.fill import route_between, translate_all


@dataclass(frozen=True)
class Hit:
    """One found item: its place from 1, its cosine and a source-language caption of its subject."""

    rank: int
    item: Item
    score: float
    caption: str


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


def rank_all_galleries(
    checkpoint: Checkpoint, assembly: Assembly, language: str, recipe: EvaluationRecipe
) -> list[GalleryRanks]:
    """Ranks of every gallery in one language; the assembly is the checkpoint's own, or its recipe over other data.

    Raises:
        UsageError: no such language.
        DataError: the query needs a translation that does not exist.
    """
    check_language(assembly, language)
    anchors = anchors_of(checkpoint, language, recipe)
    found = []
    for name in assembly.dataset.protocols[assembly.protocol].galleries:
        gallery = asked_gallery(assembly, name, language, recipe)
        inputs = assembly.visual.of(gallery.split)
        prepare_gallery(checkpoint.model, gallery)
        found.append(rank_gallery(checkpoint.model, gallery, inputs, recipe, device_of(checkpoint), anchors))
    return found


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


def search(checkpoint: Checkpoint, text: str, gallery: str | None, count: int) -> list[Hit]:
    """The items nearest to a text, best first: by cosine, even if the recipe compares by anchors.

    Raises:
        UsageError: an empty text or an unknown gallery.
    """
    if not text.strip():
        raise UsageError("the query is empty")
    assembly, device = checkpoint.assembly, device_of(checkpoint)
    names = assembly.dataset.protocols[assembly.protocol].galleries
    name = gallery or names[0]
    if name not in names:
        raise unknown("gallery", name, names)
    split = assembly.dataset.split(assembly.protocol, name)
    batch = assembly.recipe.evaluation.batch_size
    items = embed_items(checkpoint.model, assembly.visual.of(split), batch, device)
    query = embed_texts(checkpoint.model, [text], 1, device)
    places, scores = top_items(query, items, count)
    captions = _source_captions(assembly, name)
    return [
        Hit(rank, split.items[place], float(score), captions.get(split.items[place].subject, ""))
        for rank, (place, score) in enumerate(zip(places[0], scores[0], strict=True), start=1)
    ]


def _source_captions(assembly: Assembly, gallery: str) -> dict[str, str]:
    """A source caption by subject; empty if the gallery has none."""
    dataset, source = assembly.dataset, assembly.dataset.source_language
    if source not in dataset.test_languages(assembly.protocol):
        return {}
    return {caption.subject: caption.text for caption in dataset.captions(assembly.protocol, gallery, source)}


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
