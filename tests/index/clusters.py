"""Clustered unit vectors, as a model makes them, and exact answers by sorting everything."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from crossret.index.building import Builder
from crossret.index.kinds import Shape
from crossret.index.manifest import IndexFile
from crossret.index.vectors import FloatArray, IntArray, Vectors

MEMORY = 64.0
KEYS = ("one", "two", "three", "four")


def clustered(count: int, dimension: int, seed: int = 0) -> FloatArray:
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((max(1, count // 20), dimension))
    rows = centres[rng.integers(len(centres), size=count)] + 0.5 * rng.standard_normal((count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def oracle(rows: np.ndarray, queries: FloatArray, k: int) -> IntArray:
    """The first k of a full sort by float64 cosines, the lower row first where they are equal."""
    answers = []
    for query in queries.astype(np.float64):
        scores = (rows.astype(np.float64) * query).sum(axis=1)
        answers.append(np.lexsort((np.arange(len(rows)), -scores))[:k])
    return np.array(answers)


def cut(rows: np.ndarray, *places: int) -> Vectors:
    return Vectors(np.split(rows, places))


def built(vectors: Vectors, shape: Shape, folder: Path, shard_size: int | None = None) -> list[IndexFile]:
    return Builder(vectors, KEYS, shape, folder, MEMORY, shard_size).build()
