from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.data.ragged import Ragged


def parts_of(items: list[np.ndarray], size: int) -> list[tuple[np.ndarray, np.ndarray]]:
    groups = [items[start : start + size] for start in range(0, len(items), size)]
    return [(np.concatenate(group), np.array([len(rows) for rows in group])) for group in groups]


@settings(deadline=None, max_examples=60)
@given(
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=9), size=st.integers(1, 9), data=st.data(),
    shape=st.sampled_from([(), (3,), (2, 2, 3)]),
)  # fmt: skip
def test_items_come_back_padded_in_the_order_asked_whatever_the_parts(
    lengths: list[int], size: int, data: st.DataObject, shape: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(sum(lengths))
    items = [rng.integers(1, 255, (length, *shape)).astype(np.uint8) for length in lengths]
    ragged = Ragged(parts_of(items, size))
    assert len(ragged) == len(items)
    assert ragged.nbytes == sum(rows.nbytes for rows in items)
    np.testing.assert_array_equal(ragged.rows(), np.concatenate(items))
    asked = data.draw(st.lists(st.integers(0, len(items) - 1), min_size=1, max_size=12))
    padded, mask = ragged.padded(np.array(asked))
    assert padded.dtype == np.uint8
    assert padded.shape[:2] == mask.shape == (len(asked), max(lengths[item] for item in asked))
    for row, item in enumerate(asked):
        np.testing.assert_array_equal(padded[row][mask[row]], items[item])
        assert not padded[row][~mask[row]].any()
        assert mask[row, : lengths[item]].all()
