"""Symmetric InfoNCE over the batch."""

from __future__ import annotations

import torch
from torch import Tensor

from crossret.contracts.loss import LossContext, View, Views
from crossret_losses.pairs import mean_cross_entropy, same_subject, sample_weights, similarities, two_views


class InfoNCE:
    """Cross-entropy of the softmax over the batch, mean of both directions; samples of one subject do not compete."""

    def __init__(self, context: LossContext, temperature: float = 0.07, weighted: bool = False) -> None:
        """Check options; ``weighted``: samples count by the confidence in their translation.

        Raises:
            ValueError: a temperature that is not positive.
        """
        if not temperature > 0:
            raise ValueError(f"temperature: expected a positive number, found {temperature!r}")
        self.first, self.second = two_views(context)
        self.views: frozenset[View] = frozenset((self.first, self.second))
        self.temperature = temperature
        self.weighted = weighted

    def __call__(self, views: Views) -> Tensor:
        """The scalar loss of N samples."""
        logits = similarities(views, self.first, self.second) / self.temperature
        own = torch.eye(len(logits), dtype=torch.bool, device=logits.device)
        logits = logits.masked_fill(same_subject(views) & ~own, -torch.inf)
        target = torch.arange(len(logits), device=logits.device)
        weights = sample_weights(views, self.weighted)
        return (mean_cross_entropy(logits, target, weights) + mean_cross_entropy(logits.T, target, weights)) / 2
