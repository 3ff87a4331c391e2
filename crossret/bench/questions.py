"""What a trained model is asked: galleries with their queries, and the translations that this takes."""

from __future__ import annotations

from dataclasses import replace

from crossret.bench.asked_translations import asks_more, known_when_asked
from crossret.bench.assembly import Assembly
from crossret.bench.components import further_translators_of
from crossret.evaluation.gallery import Gallery
from crossret.recipe.models import EvaluationRecipe
from crossret.translation.queries import further_queries


def asked_gallery(assembly: Assembly, name: str, language: str, recipe: EvaluationRecipe) -> Gallery:
    """A gallery with the queries that the recipe asks.

    Raises:
        DataError: items or captions are missing or inconsistent, or there is no route back.
    """
    translated = recipe.query != "target"
    gallery = assembly.gallery(name, language, translated=translated, duplicates=recipe.duplicate_captions)
    source = assembly.dataset.source_language
    if not translated or not asks_more(recipe) or language == source:
        return gallery
    further = further_translators_of(recipe.also, assembly.recipe.data.dataset, assembly.dataset, assembly.registry)
    translators = (assembly.translator, *further)
    found = further_queries(gallery.captions, gallery.translated, translators, source, recipe.variants)
    return replace(gallery, further=found)


def with_known_texts(assembly: Assembly, recipe: EvaluationRecipe) -> Assembly:
    """An assembly whose training captions have the further translations that a recipe asks with, too."""
    if not asks_more(recipe):
        return assembly
    translation = known_when_asked(assembly.recipe.translation, recipe)
    return replace(assembly, recipe=assembly.recipe.model_copy(update={"translation": translation}))
