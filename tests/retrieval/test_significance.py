import itertools
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crossret.errors import DataError, UsageError
from crossret.retrieval.metrics import direction_metrics, per_query
from crossret.retrieval.significance import paired_randomisation, query_scores


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=2, max_size=9), st.integers(0, 5))
def test_a_small_sample_equals_full_enumeration(differences, seed):
    a = np.array(differences, dtype=float) * 100
    observed = abs(a.mean())
    flips = [abs(np.mean(a * signs)) for signs in itertools.product((1, -1), repeat=len(a))]
    expected = np.mean([flip >= observed - 1e-9 for flip in flips])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        test = paired_randomisation(a, np.zeros(len(a)), resamples=999, seed=seed)
    assert test.p_value == pytest.approx(expected)
    assert test.difference == pytest.approx(a.mean())
    assert test.low <= test.high


def test_agrees_with_the_t_test_on_a_large_normal_sample():
    rng = np.random.default_rng(5)
    a, b = rng.normal(0.06, 1, 1300), rng.normal(0, 1, 1300)
    test, expected = paired_randomisation(a, b), stats.ttest_rel(a, b)
    interval = expected.confidence_interval(0.95)
    assert test.p_value == pytest.approx(expected.pvalue, abs=0.02)
    assert (test.low, test.high) == pytest.approx((interval.low, interval.high), abs=0.01)


def test_swapping_the_models_mirrors_the_outcome():
    rng = np.random.default_rng(6)
    a, b = rng.integers(0, 4, (2, 200)) * 100
    forward, back = paired_randomisation(a, b), paired_randomisation(b, a)
    assert forward.difference == -back.difference
    assert forward.p_value == pytest.approx(back.p_value)
    assert (forward.low, forward.high) == pytest.approx((-back.high, -back.low), abs=3)


def test_a_clear_difference_and_none():
    rng = np.random.default_rng(7)
    noise = rng.normal(0, 1, 300)
    clear = paired_randomisation(noise + 1, rng.normal(0, 1, 300))
    assert clear.p_value <= 2 / 10_000
    assert clear.low > 0
    equal = paired_randomisation(noise, noise.copy())
    assert (equal.difference, equal.p_value, equal.low, equal.high) == (0.0, 1.0, 0.0, 0.0)


@pytest.mark.parametrize("shift", [0.0, 100.0])
@pytest.mark.parametrize("count", [2, 50])
def test_equal_differences_give_no_warning_and_no_nan(shift, count):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        test = paired_randomisation(np.full(count, shift), np.zeros(count))
    assert (test.difference, test.low, test.high) == (shift, shift, shift)
    assert 0 < test.p_value <= 1


def test_the_seed_decides_and_1300_queries_are_quick():
    rng = np.random.default_rng(8)
    a, b = rng.integers(0, 4, (2, 1300)) * 100.0
    start = time.perf_counter()
    first = paired_randomisation(a, b, seed=3)
    assert time.perf_counter() - start < 5
    assert first == paired_randomisation(a, b, seed=3)
    assert first != paired_randomisation(a, b, seed=4)


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1.0], [1.0], "two or more queries"),
        ([1.0, 2.0], [1.0], "two or more queries"),
        ([[1.0, 2.0]], [[1.0, 2.0]], "two or more queries"),
        ([1.0, np.nan], [1.0, 2.0], "query 1 are not finite"),
    ],
)
def test_unpaired_or_broken_scores_are_refused(a, b, message):
    with pytest.raises(DataError, match=message):
        paired_randomisation(np.array(a), np.array(b))


def test_resamples_must_be_positive():
    with pytest.raises(UsageError, match="resamples must be at least 1"):
        paired_randomisation(np.ones(3), np.zeros(3), resamples=0)


@given(st.lists(st.integers(1, 20), min_size=1, max_size=40))
def test_query_scores_average_to_the_recalls_of_sumr(ranks):
    rank = np.array(ranks)
    metrics = direction_metrics(per_query(np.arange(len(rank)), rank))
    scores = query_scores(rank)
    assert scores.dtype == np.float64
    assert scores.mean() == pytest.approx(metrics.r1 + metrics.r5 + metrics.r10)


def test_query_scores_by_rank():
    assert query_scores(np.array([1, 2, 5, 6, 10, 11])).tolist() == [300, 200, 200, 100, 100, 0]
