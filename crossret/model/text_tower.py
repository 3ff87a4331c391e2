"""The text tower, shared by source, target and back-translation (method sections 1.2 and 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from crossret.contracts.text import TextEncoder, Tokens, TokenStates
from crossret.model.attention import AttentionBlock, masked_mean
from crossret.model.heads import Head
from crossret.recipe.models import TextRecipe


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """N texts inside the tower.

    Attributes:
        raw: the encoder's token states, before projection.
        projected: ``(N, L, W)`` projected states with positions: ``Z`` of the method.
        mask: ``(N, L)``.
    """

    raw: TokenStates
    projected: Tensor
    mask: Tensor

    def part(self, start: int, stop: int) -> EncodedTexts:
        """Texts ``start`` to ``stop``."""
        raw = TokenStates(self.raw.states[start:stop], self.raw.mask[start:stop])
        return EncodedTexts(raw, self.projected[start:stop], self.mask[start:stop])


class TextTower(nn.Module):
    """Encoder → projection → positions → attention block → masked mean → head."""

    def __init__(self, encoder: TextEncoder, recipe: TextRecipe, common: int, head_dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.projection = nn.Sequential(
            nn.LayerNorm(encoder.dimension),
            nn.Dropout(recipe.dropout),
            nn.Linear(encoder.dimension, recipe.width),
            nn.ReLU(),
        )
        self.positions = nn.Embedding(recipe.positions, recipe.width)
        self.position_norm = nn.LayerNorm(recipe.width)
        self.dropout = nn.Dropout(recipe.dropout)
        self.attention = AttentionBlock(recipe.width, recipe.query_width, recipe.heads, recipe.dropout)
        self.head = Head(recipe.width, common, head_dropout)

    def encode(self, tokens: Tokens) -> EncodedTexts:
        """Tokens of N texts → their states inside the tower."""
        raw = self.encoder(tokens)
        cut = min(raw.states.shape[1], self.positions.num_embeddings)
        states, mask = raw.states[:, :cut], raw.mask[:, :cut]
        place = torch.arange(cut, device=states.device)
        projected = self.dropout(self.position_norm(self.projection(states) + self.positions(place)))
        return EncodedTexts(raw, projected, mask)

    def pool(self, texts: EncodedTexts) -> Tensor:
        """Self-attended, averaged states ``(N, W)``."""
        return masked_mean(self.attention.attend_to_itself(texts.projected, texts.mask), texts.mask)

    def pool_across(self, source: EncodedTexts, target: EncodedTexts) -> Tensor:
        """The teacher's pooled vector ``(N, W)``: the clean source queries the noisy target (section 1.3)."""
        supported = self.attention.attend_across(source.projected, target.projected, target.mask)
        states = torch.cat([supported, target.projected], 1)
        return masked_mean(states, torch.cat([source.mask, target.mask], 1))

    def forward(self, tokens: Tokens) -> Tensor:
        """Tokens of N texts → unit vectors ``(N, D)``: all that inference needs."""
        return cast(Tensor, self.head(self.pool(self.encode(tokens))))
