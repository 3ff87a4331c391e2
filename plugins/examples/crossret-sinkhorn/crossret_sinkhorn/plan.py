"""Entropic optimal transport between two sets of equal weights, in the log domain."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def log_plan(cost: Tensor, epsilon: float, iterations: int) -> Tensor:
    """Logarithm of the plan ``P`` that minimises ``<P, C> - ε H(P)`` with uniform marginals.

    Sinkhorn's iterations on the potentials (Cuturi, arXiv 1306.0895, in the log domain for small ε). Every row of
    ``exp`` of the result has the sum ``1/N`` exactly; the columns have ``1/M`` up to what the iterations leave.

    Args:
        cost: ``(N, M)``.
        epsilon: weight of the entropy, in units of the cost; the plan becomes an assignment as it goes to zero.
        iterations: how often both marginals are put right.
    """
    kernel = -cost / epsilon
    rows, columns = (-math.log(count) for count in cost.shape)
    right = cost.new_zeros(cost.shape[1])
    left = cost.new_zeros(cost.shape[0])
    for _ in range(iterations):
        right = columns - torch.logsumexp(kernel + left[:, None], 0)
        left = rows - torch.logsumexp(kernel + right[None, :], 1)
    return kernel + left[:, None] + right[None, :]
