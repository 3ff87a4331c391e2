from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret.data.near_pairs import near_pairs

SETS = st.lists(st.frozensets(st.sampled_from("abcdefghij"), max_size=7), max_size=30)


def oracle(queries, others, threshold):
    return {
        (q, o): len(x & y) / len(x | y)
        for q, x in enumerate(queries)
        for o, y in enumerate(others)
        if x | y and len(x & y) / len(x | y) >= threshold - 1e-12 and x & y
    }


@given(queries=SETS, others=SETS, threshold=st.sampled_from([0.05, 1 / 3, 0.5, 0.6, 2 / 3, 0.75, 0.8, 0.9, 1.0]))
def test_exactly_the_pairs_that_a_comparison_of_all_finds(queries, others, threshold):
    found = near_pairs(queries, others, threshold)
    pairs = list(zip(found.query.tolist(), found.other.tolist(), strict=True))
    expected = oracle(queries, others, threshold)
    assert pairs == sorted(expected)
    assert found.similarity.tolist() == pytest.approx([expected[pair] for pair in pairs])


def test_many_rows_and_long_texts():
    rng = np.random.default_rng(0)
    words = [f"w{n}" for n in range(300)]
    others = [frozenset(rng.choice(words, 12, replace=False)) for _ in range(2000)]
    queries = [frozenset([*sorted(others[n * 3])[:-1], "new"]) for n in range(600)]
    found = near_pairs(queries, others, 0.8)
    assert set(zip(found.query.tolist(), found.other.tolist(), strict=True)) >= {(n, n * 3) for n in range(600)}
    assert dict(oracle(queries[:40], others, 0.8)).keys() == {
        (q, o) for q, o in zip(found.query.tolist(), found.other.tolist(), strict=True) if q < 40
    }


def test_nothing_is_near_nothing():
    for queries, others in (([], []), ([frozenset("a")], []), ([], [frozenset("a")]), ([frozenset()], [frozenset()])):
        assert len(near_pairs(queries, others, 0.5).query) == 0
