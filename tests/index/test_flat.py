from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crossret.index.kinds import Shape
from crossret.index.nearest_rows import nearest, tiles
from crossret.index.opened import OpenIndex

from .clusters import MEMORY, built, clustered, cut, oracle


def with_copies() -> np.ndarray:
    """Runs of equal rows, some longer than any answer, and copies far apart."""
    rows = clustered(600, 24)
    rows[50:120] = rows[50]
    rows[300:310] = rows[20]
    rows[599] = rows[0]
    return rows


@pytest.mark.parametrize("stored", ["float32", "float16"])
@pytest.mark.parametrize("k", [1, 10, 64, 900])
def test_a_flat_index_answers_as_a_full_sort_does(stored: str, k: int, tmp_path: Path) -> None:
    rows = with_copies().astype(stored)
    vectors = cut(rows, 1, 55, 310)
    shape = Shape.of("flat", 600, 24, stored == "float16", MEMORY)
    files = built(vectors, shape, tmp_path, shard_size=256)
    assert [(file.start, file.stop) for file in files] == [(0, 256), (256, 512), (512, 600)]
    queries = np.concatenate([clustered(20, 24, seed=1), with_copies()[[50, 20, 0]]])
    found, scores = OpenIndex(tmp_path, files, shape, vectors).search(queries, k, 0)
    assert found.tolist() == oracle(rows, queries, k).tolist()
    np.testing.assert_allclose(scores, np.take_along_axis(queries @ rows.astype(np.float32).T, found, 1), atol=1e-5)


@pytest.mark.parametrize("memory", [0.001, 0.02, 4])
def test_comparing_with_all_rows_in_tiles_answers_as_a_full_sort_does(memory: float) -> None:
    rows = with_copies()
    vectors = cut(rows, 200)
    queries = rows[[50, 20, 0, 7]]
    found, _ = nearest(tiles(vectors, memory), vectors, queries, 30)
    assert found.tolist() == oracle(rows, queries, 30).tolist()
