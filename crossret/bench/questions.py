"""What a trained model is asked: galleries with their queries, and the translations that this takes."""

from __future__ import annotations

from dataclasses import replace

from crossret.bench.assembly import Assembly
from crossret.bench.components import further_translators_of
from crossret.evaluation.gallery import Gallery
from crossret.recipe.models import EvaluationRecipe, VariantsRecipe
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


def asks_more(recipe: EvaluationRecipe) -> bool:
    """Whether texts have further translations when a model is asked."""
    return bool(recipe.also) or recipe.variants != VariantsRecipe()


def with_known_texts(assembly: Assembly, recipe: EvaluationRecipe) -> Assembly:
    """An assembly whose training captions have the further translations that a recipe asks with, too."""
    if not asks_more(recipe):
        return assembly
    read = assembly.recipe.translation
    translation = read.model_copy(
        update={
            "also": (*read.also, *(translator for translator in recipe.also if translator not in read.also)),
            "variants": VariantsRecipe(
                routes=max(read.variants.routes, recipe.variants.routes),
                alternatives=max(read.variants.alternatives, recipe.variants.alternatives),
            ),
        }
    )
    return replace(assembly, recipe=assembly.recipe.model_copy(update={"translation": translation}))
