from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from crossret.results.comparison import Shares, compare
from crossret.results.paired import paired_tests
from crossret.results.ranking import Places, places
from crossret.results.subjects import SubjectShares

SUBJECTS = 400


def row(quality: float, seed: int, *, spread: float = 1.0, subjects: int = SUBJECTS) -> Shares:
    """Shares of one language and seed whose sum, the figure, is near the quality."""
    values = np.random.default_rng(seed).normal(quality, spread, subjects) / subjects
    ids = np.array([f"s{n:04}" for n in range(subjects)])
    return {"es": {0: SubjectShares(ids, values, b"same queries")}}


def ranked(rows: dict[str, Shares], *, higher_is_better: bool = True) -> dict[str, str]:
    return {name: str(found) for name, found in places(rows, ["es"], higher_is_better=higher_is_better).items()}


def test_rows_that_cannot_be_told_apart_share_their_places() -> None:
    rows = {"best": row(5, 1), "close": row(3.01, 2), "closer": row(3, 3), "worst": row(1, 4)}
    assert ranked(rows) == {"best": "1", "close": "2–3", "closer": "2–3", "worst": "4"}
    assert ranked(rows, higher_is_better=False) == {"worst": "1", "close": "2–3", "closer": "2–3", "best": "4"}


def test_places_need_not_be_a_chain() -> None:
    # Each is near its neighbour; only the ends differ.
    rows = {"a": row(0.20, 1), "b": row(0.10, 2), "c": row(-0.12, 3)}
    assert ranked(rows) == {"a": "1–2", "b": "1–3", "c": "2–3"}


def test_the_pairs_are_those_that_scipy_tells_apart() -> None:
    rng = np.random.default_rng(5)
    rows = {str(n): row(quality, n) for n, quality in enumerate(rng.normal(0, 0.15, 7))}
    pairs = list(combinations(rows, 2))
    values = {name: found["es"][0].share * SUBJECTS for name, found in rows.items()}  # type: ignore[union-attr]
    tests = [
        stats.permutation_test(
            (values[a] - values[b],), np.mean, permutation_type="samples", n_resamples=4999, random_state=1
        )
        for a, b in pairs
    ]
    order = sorted(range(len(pairs)), key=lambda n: tests[n].pvalue)
    kept, better = True, dict.fromkeys(rows, 0)
    worse = dict(better)
    for position, n in enumerate(order):
        kept = kept and tests[n].pvalue * (len(pairs) - position) < 0.05
        if kept:
            one, other = pairs[n] if tests[n].statistic > 0 else reversed(pairs[n])
            worse[other] += 1
            better[one] += 1
    expected = {name: Places(1 + worse[name], len(rows) - better[name]) for name in rows}
    assert places(rows, ["es"], higher_is_better=True) == expected
    assert len({found.best for found in expected.values()}) > 1


@pytest.mark.parametrize("missing", [None, SubjectShares(np.array(["x"]), np.array([1.0]), b"other queries")])
def test_nothing_is_ranked_where_rows_do_not_compare(missing: SubjectShares | None) -> None:
    assert places({"a": row(1, 1), "b": {"es": {0: missing}}}, ["es"], higher_is_better=True) == {}


def test_equal_rows_are_all_first() -> None:
    assert ranked({"a": row(1, 1), "b": row(1, 1), "c": row(1, 1)}) == dict.fromkeys("abc", "1–3")


def test_the_effect_size_is_that_of_the_subjects() -> None:
    found = compare({"a": row(1.3, 1)}, row(1.0, 2), ["es"])["a"]
    differences = SUBJECTS * (row(1.3, 1)["es"][0].share - row(1.0, 2)["es"][0].share)  # type: ignore[union-attr]
    t_test = stats.ttest_1samp(differences, 0.0)
    assert found.effect == pytest.approx(t_test.statistic / np.sqrt(SUBJECTS))
    assert compare({"a": row(1.0, 2)}, row(1.0, 2), ["es"])["a"].effect == 0.0


@pytest.mark.parametrize("subjects", [60, 250])
def test_intervals_cover_the_true_difference_of_clustered_queries_as_often_as_they_say(subjects: int) -> None:
    """A subject has one to five queries that share its difficulty; scores are 0, 100, 200 or 300 as those of SumR."""
    rng = np.random.default_rng(subjects)
    effect, repeats = 0.35, 3000
    queries = rng.integers(1, 6, subjects)
    difficulty = rng.normal(0, 1, (repeats, subjects))
    differences = np.zeros((repeats, subjects))
    for number in range(5):
        noise = rng.normal(0, 1, (2, repeats, subjects))
        one, other = (
            100.0 * (difficulty + gain + part > np.array([0.0, 0.7, 1.4])[:, None, None]).sum(axis=0)
            for gain, part in zip((effect, 0.0), noise, strict=True)
        )
        differences += np.where(number < queries, one - other, 0.0)
    differences *= subjects / queries.sum()
    # Chance that difficulty + noise is above a threshold: both are normal, so their sum is.
    above = [100.0 * stats.norm.sf((np.array([0.0, 0.7, 1.4]) - gain) / np.sqrt(2)).sum() for gain in (effect, 0.0)]
    truth = above[0] - above[1]
    tests = paired_tests(differences, resamples=1999)
    covered = np.mean([test.low <= truth <= test.high for test in tests])
    assert 0.93 <= covered <= 0.97
