from __future__ import annotations

import itertools

import numpy as np
import pytest

from crossret.results.paired import holm, paired_tests
from crossret.retrieval.significance import paired_randomisation


def test_p_values_of_few_subjects_are_exact() -> None:
    differences = np.array([[3.0, -1.0, 2.0, 5.0], [1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    expected = []
    for row in differences:
        sums = [abs(np.dot(row, signs)) for signs in itertools.product((1, -1), repeat=4)]
        expected.append(np.mean([total >= abs(row.sum()) for total in sums]))
    assert [test.p_value for test in paired_tests(differences)] == expected
    assert expected[1:] == [2 / 16, 1.0]


def test_agrees_with_the_test_of_a_single_pair() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 7, (2, 3, 300)) * 100.0
    for test, ours, theirs in zip(paired_tests(a - b), a, b, strict=True):
        single = paired_randomisation(ours, theirs)
        assert test.difference == pytest.approx(single.difference)
        assert test.p_value == pytest.approx(single.p_value, abs=0.02)
        assert test.low == pytest.approx(single.low, abs=2.0)
        assert test.high == pytest.approx(single.high, abs=2.0)


def test_a_row_has_the_same_result_whatever_stands_beside_it() -> None:
    differences = np.random.default_rng(1).normal(0.1, 1.0, (4, 50))
    together, alone = paired_tests(differences)[2], paired_tests(differences[2:3])[0]
    assert together.p_value == alone.p_value
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high))


def test_p_values_are_uniform_if_nothing_differs() -> None:
    tests = paired_tests(np.random.default_rng(2).normal(0.0, 1.0, (2000, 40)), resamples=999)
    share = np.mean([test.p_value < 0.05 for test in tests])
    covered = np.mean([test.low <= 0.0 <= test.high for test in tests])
    assert share == pytest.approx(0.05, abs=0.015)
    assert covered == pytest.approx(0.95, abs=0.025)


def test_holm_by_hand() -> None:
    # sorted: 0.005·4, 0.01·3, 0.03·2, 0.04·1 → 0.02, 0.03, 0.06, raised to 0.06
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.6, 0.9]) == (1.0, 1.0)
    assert holm([]) == ()
