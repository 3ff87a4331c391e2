"""Fits the fixed linear map in front of the visual projection."""

from __future__ import annotations

import numpy as np

# 0 leaves the components' own scales, 1 makes them all equal. Half-way keeps weak components from being blown up to the
# size of strong ones.
EXPONENT = 0.5


def fit_whitening(features: np.ndarray, kept: int) -> np.ndarray:
    """Features ``(N, F)`` → ``(1 + kept, F)``: the mean, then principal axes, each divided by its deviation^½.

    The result is scaled so that whitened training features have a mean square of one. If fewer than ``kept`` components
    have any variance, the remaining axes are zero.
    """
    from scipy.linalg import eigh

    values = np.asarray(features, dtype=np.float64)
    mean = values.mean(0)
    centred = (values - mean).astype(np.float32)
    covariance = (centred.T @ centred).astype(np.float64) / len(values)
    size = len(covariance)
    count = min(kept, size, max(1, len(values) - 1))
    variances, axes = eigh(covariance, subset_by_index=(size - count, size - 1))
    deviations = np.sqrt(np.clip(variances[::-1], 0, None))
    axes = axes.T[::-1]
    usable = deviations > deviations[0] * 1e-6
    scales = np.where(usable, np.where(usable, deviations, 1) ** -EXPONENT, 0)
    axes = axes * scales[:, None]
    # Signs of axes are arbitrary: fix them, so that two machines agree.
    axes *= np.sign(axes[np.arange(count), np.abs(axes).argmax(1)])[:, None] + (scales == 0)[:, None]
    whitened_power = np.mean((deviations * scales) ** 2)
    axes /= np.sqrt(whitened_power) if whitened_power > 0 else 1
    basis = np.zeros((kept, size))
    basis[:count] = axes
    return np.concatenate([mean[None], basis]).astype(np.float32)
