"""The anchors of a trained model: its training subjects, and what it read about them."""

from __future__ import annotations

from crossret.bench.checkpoints import Checkpoint
from crossret.bench.components import build_baseline
from crossret.bench.questions import with_known_texts
from crossret.evaluation.anchors import Anchors, centres_of, known_texts
from crossret.evaluation.encoding import embed_items
from crossret.recipe.models import EvaluationRecipe


def anchors_of(checkpoint: Checkpoint, language: str, asked: EvaluationRecipe) -> Anchors | None:
    """Anchors for queries in a language, if the recipe asks for any.

    Raises:
        ComponentError: the lexical component breaks its contract.
    """
    recipe = asked.anchors
    if recipe is None:
        return None
    assembly, model = checkpoint.assembly, checkpoint.model.eval()
    device = next(model.parameters()).device
    training = with_known_texts(assembly, asked).training_set(checkpoint.languages)
    embedded = embed_items(model, assembly.training_inputs(), assembly.recipe.evaluation.batch_size, device)
    likeness = None
    if recipe.lexical is not None:
        likeness = build_baseline(recipe.lexical, recipe.lexical_options, assembly.registry)
    return Anchors(recipe, centres_of(training, embedded), known_texts(training, language), likeness)
