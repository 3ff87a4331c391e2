"""Which further translations a recipe asks with."""

from __future__ import annotations

from crossret.recipe.models import EvaluationRecipe, TranslationRecipe, VariantsRecipe


def asks_more(recipe: EvaluationRecipe) -> bool:
    """Whether texts have further translations when a model is asked."""
    return bool(recipe.also) or recipe.variants != VariantsRecipe()


def known_when_asked(read: TranslationRecipe, asked: EvaluationRecipe) -> TranslationRecipe:
    """The translations of training captions that a model knows when it is asked: those it read, and further ones."""
    return read.model_copy(
        update={
            "also": (*read.also, *(translator for translator in asked.also if translator not in read.also)),
            "variants": VariantsRecipe(
                routes=max(read.variants.routes, asked.variants.routes),
                alternatives=max(read.variants.alternatives, asked.variants.alternatives),
            ),
        }
    )
