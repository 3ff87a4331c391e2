"""What both towers do with a sequence of states, tokens of a text or frames of a clip (method section 1.2, 2 to 5)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from crossret.model.attention import AttentionBlock, HeadStates
from crossret.model.padding import LEFT_OUT, Padding


class SequenceLayers(nn.Module):
    """Projection → learned positions → attention block → pooling.

    Args:
        dimension: width of a state.
        width: width of the projection and of the attention block.
        query_width: width of queries and keys over all heads.
        heads: attention heads.
        positions: length of the position table; longer sequences are cut.
        dropout: everywhere but in the head.
        padding: what padded positions take part in.
    """

    def __init__(
        self,
        dimension: int,
        width: int,
        *,
        query_width: int,
        heads: int,
        positions: int,
        dropout: float,
        padding: Padding = LEFT_OUT,
    ) -> None:
        super().__init__()
        self.projection = nn.Sequential(
            nn.LayerNorm(dimension), nn.Dropout(dropout), nn.Linear(dimension, width), nn.ReLU()
        )
        self.positions = nn.Embedding(positions, width)
        self.position_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.attention = AttentionBlock(width, query_width, heads, dropout, padding)
        self.padding = padding

    def project(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, HeadStates]:
        """States ``(N, L, D)`` and mask ``(N, L)`` → ``Z`` of the method ``(N, L', W)``, its mask, and it in heads."""
        cut = min(states.shape[1], self.positions.num_embeddings)
        place = torch.arange(cut, device=states.device)
        placed = self.projection(states[:, :cut]) + self.positions(place)
        projected = self.dropout(self.position_norm(placed))
        return projected, mask[:, :cut], self.attention.heads_of(projected)

    def pool(self, projected: Tensor, mask: Tensor, heads: HeadStates) -> Tensor:
        """Self-attended, pooled states ``(N, W)``."""
        return self.padding.mean(self.attention.attend_to_itself(projected, mask, heads), mask)
