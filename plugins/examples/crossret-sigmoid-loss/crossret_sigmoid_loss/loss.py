"""The sigmoid pair loss with learned temperature and bias."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from crossret.contracts.loss import LossContext, View, Views


class Sigmoid(nn.Module):
    """``-1/N Σ_ij log σ(z_ij (t x_i·y_j + b))`` with ``z = 1`` for pairs of one subject and ``-1`` for all others.

    Unlike a softmax over the batch, each pair is judged alone: several positives per sample need no special treatment,
    and nothing is normalised over the batch. ``t`` and ``b`` train with the model (Zhai et al., arXiv 2303.15343,
    section 3.2); ``t`` is kept as its logarithm.

    Attributes:
        log_scale: ``log t``, a scalar.
        bias: ``b``, a scalar.
    """

    def __init__(self, context: LossContext, scale: float = 20.0, bias: float = -5.0) -> None:
        """Check options and make the two parameters.

        Args:
            context: names the two views.
            scale: ``t`` before training.
            bias: ``b`` before training; about ``-log N``, so that the many pairs that do not match cost little at
                first. The paper starts from a scale of 10 and a bias of -10, for batches of many thousands.

        Raises:
            ValueError: a scale that is not positive, or not two views.
        """
        super().__init__()
        if len(context.between) != 2 or context.between[0] == context.between[1]:
            raise ValueError(f"'between' must name two views, e.g. [visual, target]; found {list(context.between)}")
        if not scale > 0:
            raise ValueError(f"scale: expected a positive number, found {scale!r}")
        self.first, self.second = context.between
        self.views: frozenset[View] = frozenset(context.between)
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))
        self.bias = nn.Parameter(torch.tensor(float(bias)))

    def forward(self, views: Views) -> Tensor:
        """The scalar loss of N samples."""
        cosines = views.embeddings[self.first] @ views.embeddings[self.second].T
        matching = views.subjects[:, None] == views.subjects[None, :]
        logits = self.log_scale.exp() * cosines + self.bias
        signs = matching.to(logits.dtype) * 2 - 1
        return -functional.logsigmoid(signs * logits).sum() / len(logits)
