"""The visual tower for clips, one vector per frame (method section 1.4)."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from crossret.contracts.visual import ClipBackbone, Frames
from crossret.data.backbone_features import features_of
from crossret.errors import UsageError
from crossret.model.heads import Head
from crossret.model.padding import LEFT_OUT, Padding
from crossret.model.principal_components import PrincipalComponents
from crossret.model.sequence import SequenceLayers
from crossret.recipe.models import VisualRecipe


class FrameTower(nn.Module):
    """[trained backbone →] [principal components →] projection → positions → attention block → pooling → head.

    Frozen backbones are no part of it: their features are its input.

    Raises:
        UsageError: the attention block cannot be split into its heads.
    """

    def __init__(
        self,
        dimension: int,
        recipe: VisualRecipe,
        common: int,
        head_dropout: float,
        backbone: nn.Module | None = None,
        padding: Padding = LEFT_OUT,
    ) -> None:
        super().__init__()
        if recipe.hidden % recipe.frames.heads:
            raise UsageError(
                f"model.visual: hidden {recipe.hidden} is not a multiple of frames.heads {recipe.frames.heads}"
            )
        self.backbone = backbone
        kept = recipe.principal_components
        self.principal_components = None if kept is None else PrincipalComponents(dimension, kept)
        self.sequence = SequenceLayers(
            dimension if kept is None else kept,
            recipe.hidden,
            query_width=recipe.frames.query_width,
            heads=recipe.frames.heads,
            positions=recipe.frames.positions,
            dropout=recipe.frames.dropout,
            padding=padding,
        )
        self.head = Head(recipe.hidden, common, head_dropout)

    def forward(self, frames: Frames) -> Tensor:
        """Features ``(N, F, D)`` of the frames, or pixels if the backbone trains → unit vectors ``(N, D)``."""
        return cast(Tensor, self.head(self.pool(frames)))

    def pool(self, frames: Frames) -> Tensor:
        """One vector per clip ``(N, W)``, before the head."""
        features = frames.states if self.backbone is None else self._encoded(self.backbone, frames)
        if self.principal_components is not None:
            features = self.principal_components(features)
        return self.sequence.pool(*self.sequence.project(features, frames.mask))

    @staticmethod
    def _encoded(backbone: nn.Module, frames: Frames) -> Tensor:
        """Only real frames pass the backbone, so that padding costs nothing and is in no statistics of a batch."""
        real = features_of(cast(ClipBackbone, backbone), frames.states[frames.mask])
        features = real.new_zeros(*frames.mask.shape, real.shape[-1])
        features[frames.mask] = real
        return features
