"""A fixed linear map in front of the visual projection: the principal components of the training features."""

from __future__ import annotations

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


def fit_principal_components(features: np.ndarray, kept: int) -> np.ndarray:
    """Features ``(N, F)`` → ``(1 + kept, F)``: the mean, then the axes, all divided by one number.

    The number makes the mean square of the transformed training features one; the axes keep their relative strength. If
    the features have fewer than ``kept`` directions, the remaining axes are zero.
    """
    from scipy.linalg import eigh

    values = np.asarray(features, dtype=np.float64)
    mean = values.mean(0)
    covariance = np.cov(values, rowvar=False, bias=True)
    size = len(covariance)
    count = min(kept, size)
    variances, axes = eigh(covariance, subset_by_index=(size - count, size - 1))
    variances, axes = variances[::-1].clip(0), axes.T[::-1]
    # The sign of an axis is arbitrary: fix it, so that two machines agree.
    axes = axes * np.sign(axes[np.arange(count), np.abs(axes).argmax(1)])[:, None]
    axes = np.where(variances[:, None] > variances[0] * 1e-12, axes, 0)
    scale = np.sqrt(variances.mean()) or 1.0
    basis = np.zeros((kept, size))
    basis[:count] = axes / scale
    return np.concatenate([mean[None], basis]).astype(np.float32)
