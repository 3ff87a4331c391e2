"""Paired randomisation tests of many rows of a table at once.

The test of :func:`crossret.retrieval.significance.paired_randomisation`, with the same random signs and the same
bootstrap samples for every row: a table has a test per row and column, and one matrix product replaces most of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from crossret.retrieval.significance import PairedTest

FloatArray = npt.NDArray[np.float64]

RESAMPLES = 9999
BATCH = 512


def paired_tests(differences: FloatArray, *, resamples: int = RESAMPLES, seed: int = 0) -> tuple[PairedTest, ...]:
    """Test the mean of every row of ``differences``, ``(rows, subjects)``.

    Two-sided p-values are exact if all ``2**subjects`` patterns of signs are at most ``resamples``, else random with
    the observed pattern included; intervals are 95 % percentile bootstrap intervals over subjects.
    """
    from crossret.retrieval.significance import PairedTest

    subjects = differences.shape[1]
    means = np.concatenate([counts @ differences.T / subjects for counts in _draws(subjects, resamples, seed)])
    low, high = np.percentile(means, (2.5, 97.5), axis=0)
    p_values = sign_flip_p_values(differences, resamples=resamples, seed=seed)
    columns = zip(differences.mean(axis=1), p_values, low, high, strict=True)
    return tuple(PairedTest(float(d), float(p), float(lo), float(hi)) for d, p, lo, hi in columns)


def sign_flip_p_values(differences: FloatArray, *, resamples: int = RESAMPLES, seed: int = 0) -> FloatArray:
    """The p-values of :func:`paired_tests` alone, ``(rows,)``."""
    subjects = differences.shape[1]
    observed = differences.mean(axis=1)
    # Rounding must not make a pattern that equals the observed one seem smaller.
    least = np.abs(observed) - 1e-12 * np.abs(differences).max(initial=0.0)
    exact = 2**subjects <= resamples
    extreme = np.zeros(len(differences))
    for signs in _all_signs(subjects) if exact else _random_signs(subjects, resamples, seed):
        extreme += (np.abs(signs @ differences.T) / subjects >= least).sum(axis=0)
    return extreme / 2**subjects if exact else (extreme + 1) / (resamples + 1)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down correction: adjusted p-values, in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for position, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - position) * p_values[index]))
        adjusted[index] = highest
    return tuple(adjusted)


def _batches(total: int) -> Iterator[int]:
    return (min(BATCH, total - start) for start in range(0, total, BATCH))


def _all_signs(subjects: int) -> Iterator[FloatArray]:
    patterns = np.arange(2**subjects)[:, None] >> np.arange(subjects) & 1
    yield np.where(patterns, -1.0, 1.0)


def _random_signs(subjects: int, resamples: int, seed: int) -> Iterator[FloatArray]:
    rng = np.random.default_rng((seed, 0))
    for size in _batches(resamples):
        bits = np.frombuffer(rng.bytes(size * (subjects // 8 + 1)), dtype=np.uint8).reshape(size, -1)
        yield (1 - 2 * np.unpackbits(bits, axis=1, count=subjects).astype(np.int8)).astype(np.float64)


def _draws(subjects: int, resamples: int, seed: int) -> Iterator[FloatArray]:
    """How often each subject is drawn, ``(batch, subjects)``."""
    rng = np.random.default_rng((seed, 1))
    for size in _batches(resamples):
        drawn = rng.integers(subjects, size=(size, subjects)) + subjects * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * subjects).reshape(size, subjects).astype(np.float64)
