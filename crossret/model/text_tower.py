"""The text tower, shared by source, target and back-translation (method sections 1.2 and 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from crossret.contracts.text import TextEncoder, Tokens, TokenStates
from crossret.model.attention import HeadStates
from crossret.model.heads import Head
from crossret.model.padding import LEFT_OUT, Padding
from crossret.model.sequence import SequenceLayers
from crossret.model.token_states import states_of
from crossret.recipe.models import TextRecipe


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """N texts inside the tower.

    Attributes:
        raw: the encoder's token states, before projection; its mask says which of them loss terms count.
        projected: ``(N, L, W)`` projected states with positions: ``Z`` of the method.
        mask: ``(N, L)``.
        heads: the projected states as attention reads them, its own and that of the teacher.
    """

    raw: TokenStates
    projected: Tensor
    mask: Tensor
    heads: HeadStates

    def split(self, counts: list[int]) -> list[EncodedTexts]:
        """The first so many texts, the next, and so on.

        Cut in one go, unlike slices, of which each hands back a gradient as large as the whole.
        """
        states, counted = torch.split(self.raw.states, counts), torch.split(self.raw.mask, counts)
        raw = [TokenStates(*parts) for parts in zip(states, counted, strict=True)]
        projected, masks = torch.split(self.projected, counts), torch.split(self.mask, counts)
        return [EncodedTexts(*parts) for parts in zip(raw, projected, masks, self.heads.split(counts), strict=True)]


class TextTower(nn.Module):
    """Encoder → projection → positions → attention block → pooling → head."""

    def __init__(
        self,
        encoder: TextEncoder,
        recipe: TextRecipe,
        common: int,
        head_dropout: float,
        padding: Padding = LEFT_OUT,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.sequence = SequenceLayers(
            encoder.dimension,
            recipe.width,
            query_width=recipe.query_width,
            heads=recipe.heads,
            positions=recipe.positions,
            dropout=recipe.dropout,
            padding=padding,
        )
        self.head = Head(recipe.width, common, head_dropout)

    def encode(self, tokens: Tokens) -> EncodedTexts:
        """Tokens of N texts → their states inside the tower."""
        raw = states_of(self.encoder, tokens)
        counted = TokenStates(raw.states, self.sequence.padding.counted(raw.mask))
        return EncodedTexts(counted, *self.sequence.project(raw.states, raw.mask))

    def pool(self, texts: EncodedTexts) -> Tensor:
        """Self-attended, averaged states ``(N, W)``."""
        return self.sequence.pool(texts.projected, texts.mask, texts.heads)

    def pool_across(self, source: EncodedTexts, target: EncodedTexts) -> Tensor:
        """The teacher's pooled vector ``(N, W)``: the clean source queries the noisy target (section 1.3)."""
        layers = self.sequence
        supported = layers.attention.attend_across(source.heads, source.mask, target.heads, target.mask)
        states = torch.cat([supported, target.projected], 1)
        return layers.padding.mean(states, torch.cat([source.mask, target.mask], 1))

    def forward(self, tokens: Tokens) -> Tensor:
        """Tokens of N texts → unit vectors ``(N, D)``: all that inference needs."""
        return cast(Tensor, self.head(self.pool(self.encode(tokens))))
