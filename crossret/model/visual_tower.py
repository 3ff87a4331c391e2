"""The visual tower for pooled features (method section 1.4)."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from crossret.model.heads import Head
from crossret.recipe.models import VisualRecipe


class VisualTower(nn.Module):
    """[trained backbone →] [whitening →] projection → head.

    Frozen backbones are no part of it: their features are its input.
    """

    def __init__(
        self,
        dimension: int,
        recipe: VisualRecipe,
        common: int,
        head_dropout: float,
        backbone: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        width = dimension if recipe.whiten is None else recipe.whiten
        self.whitening = None if recipe.whiten is None else Whitening(dimension, recipe.whiten)
        layers: list[nn.Module] = [nn.Linear(width, recipe.hidden)]
        if recipe.activation:
            layers.append(nn.ReLU())
        layers.append(nn.Dropout(recipe.dropout))
        self.projection = nn.Sequential(*layers)
        self.head = Head(recipe.hidden, common, head_dropout)

    def forward(self, inputs: Tensor) -> Tensor:
        """Features ``(N, F)``, or pixels if the backbone trains → unit vectors ``(N, D)``."""
        features = inputs if self.backbone is None else self.backbone(inputs)
        if self.whitening is not None:
            features = self.whitening(features)
        return cast(Tensor, self.head(self.projection(features)))


class Whitening(nn.Module):
    """A fixed linear map, fitted on training features and stored with the model."""

    mean: Tensor
    basis: Tensor

    def __init__(self, dimension: int, kept: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(dimension))
        self.register_buffer("basis", torch.zeros(dimension, kept))

    def forward(self, features: Tensor) -> Tensor:
        """Features ``(N, F)`` → ``(N, kept)``."""
        return (features - self.mean) @ self.basis
