"""The visual tower for pooled features (method section 1.4)."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from crossret.contracts.visual import PixelBackbone
from crossret.data.backbone_features import features_of
from crossret.model.heads import Head
from crossret.model.principal_components import PrincipalComponents
from crossret.recipe.models import VisualRecipe


class VisualTower(nn.Module):
    """[trained backbone →] [principal components →] projection → head.

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
        kept = recipe.principal_components
        width = dimension if kept is None else kept
        self.principal_components = None if kept is None else PrincipalComponents(dimension, kept)
        layers: list[nn.Module] = [nn.Linear(width, recipe.hidden)]
        if recipe.activation:
            layers.append(nn.ReLU())
        layers.append(nn.Dropout(recipe.dropout))
        self.projection = nn.Sequential(*layers)
        self.head = Head(recipe.hidden, common, head_dropout)

    def forward(self, inputs: Tensor) -> Tensor:
        """Features ``(N, F)``, or pixels if the backbone trains → unit vectors ``(N, D)``."""
        return cast(Tensor, self.head(self.pool(inputs)))

    def pool(self, inputs: Tensor) -> Tensor:
        """One vector per picture ``(N, W)``, before the head."""
        return self.project(
            inputs if self.backbone is None else features_of(cast(PixelBackbone, self.backbone), inputs)
        )

    def project(self, features: Tensor) -> Tensor:
        """Features ``(N, F)`` → one vector per picture ``(N, W)``, before the head."""
        if self.principal_components is not None:
            features = self.principal_components(features)
        return cast(Tensor, self.projection(features))
