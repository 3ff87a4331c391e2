"""What a recipe asks of a model's layers: compiled, or computed twice to save memory."""

from __future__ import annotations

from typing import cast

from torch import nn

from crossret.contracts.text import RecomputesActivations
from crossret.errors import UsageError
from crossret.makers import blamed, maker_of
from crossret.model.dual_encoder import DualEncoder
from crossret.recipe.models import TrainingRecipe


def prepare_layers(model: DualEncoder, recipe: TrainingRecipe) -> None:
    """Make ready for training.

    Raises:
        UsageError: activations shall be recomputed, but the text encoder has no layers to do so.
        ComponentError: the encoder fails.
    """
    encoder = model.text.encoder
    if recipe.gradient_checkpointing:
        if not isinstance(encoder, RecomputesActivations):
            raise UsageError(f"training.gradient_checkpointing: {maker_of(encoder)} cannot recompute its activations")
        with blamed(encoder):
            encoder.recompute_activations()
    if recipe.compile:
        with blamed(encoder):
            # Batches are padded to many lengths.
            cast(nn.Module, encoder).compile(dynamic=True)
