"""The attention block that both towers share (method section 1.2, step 4; section 1.3)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from crossret.model.padding import LEFT_OUT, Padding


@dataclass(frozen=True, slots=True)
class HeadStates:
    """What the heads make of N sequences: who looks, what is looked at, and what is seen there.

    Attributes:
        query: ``(N, heads, L, query head size)``.
        key: ``(N, heads, L, query head size)``.
        value: ``(N, heads, L, value head size)``.
    """

    query: Tensor
    key: Tensor
    value: Tensor

    def split(self, counts: list[int]) -> list[HeadStates]:
        """The first so many sequences, the next, and so on."""
        each = (torch.split(part, counts) for part in (self.query, self.key, self.value))
        return [HeadStates(*parts) for parts in zip(*each, strict=True)]


class AttentionBlock(nn.Module):
    """Multi-head attention without a feed-forward part.

    Queries and keys are projected to ``query_width``, values to ``width``; scores are divided by the square root of the
    value head size, as published.

    Attributes:
        padding: which positions look at which.
    """

    def __init__(self, width: int, query_width: int, heads: int, dropout: float, padding: Padding = LEFT_OUT) -> None:
        super().__init__()
        self.padding = padding
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.attention_dropout = dropout
        self.query = nn.Linear(width, query_width)
        self.key = nn.Linear(width, query_width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(width)

    def heads_of(self, states: Tensor) -> HeadStates:
        """States ``(N, L, D)`` as every call needs them; a sequence that takes part in several needs them once."""

        def split(x: Tensor) -> Tensor:
            return x.view(*x.shape[:2], self.heads, x.shape[2] // self.heads).transpose(1, 2)

        return HeadStates(split(self.query(states)), split(self.key(states)), split(self.value(states)))

    def attend_to_itself(self, states: Tensor, mask: Tensor, heads: HeadStates) -> Tensor:
        """States ``(N, L, D)`` with mask ``(N, L)`` → ``(N, L, D)``: LayerNorm of input plus context."""
        attended: Tensor = self.norm(states + self._attend(heads, heads, self.padding.of_scores(mask, mask)))
        return attended

    def attend_across(self, queries: HeadStates, query_mask: Tensor, keys: HeadStates, key_mask: Tensor) -> Tensor:
        """L queries look at K keys, ``(N, L, D)``; no residual (section 1.3): only what keys say is kept."""
        attended: Tensor = self.norm(self._attend(queries, keys, self.padding.of_scores(query_mask, key_mask)))
        return attended

    def _attend(self, queries: HeadStates, keys: HeadStates, scores_mask: Tensor) -> Tensor:
        context = functional.scaled_dot_product_attention(
            queries.query,
            keys.key,
            keys.value,
            attn_mask=scores_mask,
            dropout_p=self.attention_dropout if self.training else 0.0,
            scale=self.scale,
        )
        projected: Tensor = self.dropout(self.output(context.transpose(1, 2).flatten(2)))
        return projected
