"""Heads that guess the language from token states (method section 1.5, item 6)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from crossret.contracts.text import TokenStates

HeadName = Literal["weak", "mlp", "convolutional"]


def token_mean(states: Tensor, mask: Tensor) -> Tensor:
    """States ``(N, L, D)``, mask ``(N, L)`` → mean over real tokens ``(N, D)``."""
    weights = mask.to(states.dtype).unsqueeze(-1)
    return (states * weights).sum(1) / weights.sum(1).clamp_min(1)


class WeakHead(nn.Module):
    """One linear layer on the token mean."""

    def __init__(self, dimension: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(dimension, classes)

    def forward(self, tokens: TokenStates) -> Tensor:
        """Token states of N texts → logits ``(N, classes)``."""
        logits: Tensor = self.linear(token_mean(tokens.states, tokens.mask))
        return logits


class MLPHead(nn.Module):
    """Linear 256 → tanh → 128 → tanh → classes on the token mean ("not so weak")."""

    def __init__(self, dimension: int, classes: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(dimension, 256)
        self.linear2 = nn.Linear(256, 128)
        self.linear3 = nn.Linear(128, classes)

    def forward(self, tokens: TokenStates) -> Tensor:
        """Token states of N texts → logits ``(N, classes)``."""
        hidden = torch.tanh(self.linear1(token_mean(tokens.states, tokens.mask)))
        logits: Tensor = self.linear3(torch.tanh(self.linear2(hidden)))
        return logits


class ConvolutionalHead(nn.Module):
    """Convolutions along the tokens, then the mean ("strong")."""

    def __init__(self, dimension: int, classes: int, width: int = 128) -> None:
        super().__init__()
        self.input_conv = nn.Conv1d(dimension, width, 1)
        self.blocks = nn.ModuleList(_ConvolutionalBlock(width) for _ in range(3))
        self.linear = nn.Linear(width, classes)

    def forward(self, tokens: TokenStates) -> Tensor:
        """Token states of N texts → logits ``(N, classes)``."""
        weights = tokens.mask.to(tokens.states.dtype).unsqueeze(1)
        hidden = self.input_conv(tokens.states.transpose(1, 2)) * weights
        for block in self.blocks:
            hidden = block(hidden, weights)
        logits: Tensor = self.linear(token_mean(hidden.transpose(1, 2), tokens.mask))
        return logits


class _ConvolutionalBlock(nn.Module):
    """``relu(x) + 0.3 conv(relu(conv(relu(x))))``: the published skip path carries relu(x), not x.

    Padding is zero before each convolution, so that a text looks the same however far its batch is padded.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(width, width, 5, padding=2)
        self.conv2 = nn.Conv1d(width, width, 5, padding=2)

    def forward(self, hidden: Tensor, weights: Tensor) -> Tensor:
        skip = torch.relu(hidden)
        residual: Tensor = self.conv2(torch.relu(self.conv1(skip)) * weights)
        return (skip + 0.3 * residual) * weights


HEADS: dict[HeadName, type[nn.Module]] = {"weak": WeakHead, "mlp": MLPHead, "convolutional": ConvolutionalHead}
