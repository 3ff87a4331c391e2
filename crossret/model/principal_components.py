"""A fixed linear map in front of the visual projection: the principal components of the training features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn


class PrincipalComponents(nn.Module):
    """Centres features and keeps their strongest directions; fitted once and stored with the model."""

    mean: Tensor
    basis: Tensor

    def __init__(self, dimension: int, kept: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(dimension))
        self.register_buffer("basis", torch.zeros(dimension, kept))

    @property
    def kept(self) -> int:
        """Number of components."""
        return self.basis.shape[1]

    def load(self, fitted: np.ndarray) -> None:
        """Take over what :func:`fit_principal_components` returned."""
        self.mean.copy_(torch.from_numpy(fitted[0].copy()))
        self.basis.copy_(torch.from_numpy(fitted[1:].T.copy()))

    def forward(self, features: Tensor) -> Tensor:
        """Features ``(N, F)`` → ``(N, kept)``."""
        return (features - self.mean) @ self.basis


def fit_principal_components(blocks: Sequence[np.ndarray], kept: int) -> np.ndarray:
    """Blocks of features ``(N, F)`` → ``(1 + kept, F)``: the mean, then the axes, all divided by one number.

    The number makes the mean square of the transformed training features one; the axes keep their relative strength. If
    the features have fewer than ``kept`` directions, the remaining axes are zero. One block is in memory at a time.
    """
    rows = sum(map(len, blocks))
    mean = sum((_values(block).sum(0) for block in blocks), start=torch.zeros(())) / rows
    # By torch, as numpy's last digits depend on a number of threads that nobody can set after its import.
    covariance = sum((_products(_values(block).sub_(mean)) for block in blocks), start=torch.zeros(())).div(rows)
    variances, axes = torch.linalg.eigh(covariance)
    count = min(kept, len(mean))
    variances, axes = variances[-count:].flip(0).clamp_min(0), axes[:, -count:].T.flip(0)
    # The sign of an axis is arbitrary: fix it, so that two machines agree.
    largest = axes.abs().argmax(1, keepdim=True)
    axes = axes * axes.gather(1, largest).sign()
    axes = torch.where(variances[:, None] > variances[0] * 1e-12, axes, 0)
    scale = variances.mean().sqrt() or 1.0
    basis = torch.zeros(kept, len(mean), dtype=torch.float64)
    basis[:count] = axes / scale
    return torch.cat([mean[None], basis]).float().numpy()


def _values(block: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(block, dtype=np.float64))


def _products(centred: Tensor) -> Tensor:
    return centred.T @ centred
