from __future__ import annotations

import io

import numpy as np
import pytest

from crossret.index.vectors import write_rows

from .clusters import clustered, cut

ROWS = clustered(50, 8)


def test_rows_of_many_parts_are_those_of_one_matrix() -> None:
    vectors = cut(ROWS, 7, 7, 30)
    assert (vectors.count, vectors.dimension) == ROWS.shape
    for start, stop in [(0, 50), (0, 7), (6, 8), (7, 30), (29, 31), (49, 50)]:
        np.testing.assert_array_equal(vectors.rows(start, stop), ROWS[start:stop])
    chosen = np.array([[49, 0, 7], [6, 30, 29]])
    np.testing.assert_array_equal(vectors.take(chosen), ROWS[chosen])
    np.testing.assert_array_equal(np.concatenate(list(vectors.blocks(3, 50, 11))), ROWS[3:])


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("blocks", [[], [ROWS], [ROWS[:1], ROWS[1:20], ROWS[20:]]], ids=["none", "one", "three"])
def test_rows_that_come_in_blocks_make_a_plain_array_file(dtype: str, blocks: list[np.ndarray]) -> None:
    file = io.BytesIO()
    count = write_rows(file, 8, dtype, iter(blocks))
    file.seek(0)
    read = np.load(file, allow_pickle=False)
    assert count == len(read)
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, np.concatenate([np.empty((0, 8), np.float32), *blocks]).astype(dtype))
