from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret.contracts.baseline import Baseline
from crossret_baselines.lexical import LexicalBaseline

DESCRIPTIONS = ["grinning face", "red apple", "dog face", "pizza", "taxi", "", "red heart"]


def scores(captions: list[str], descriptions: list[str] = DESCRIPTIONS, **options: int) -> np.ndarray:
    queries, items = LexicalBaseline(**options).embed(captions, descriptions)
    return queries @ items.T


def test_follows_the_contract() -> None:
    baseline = LexicalBaseline(dimensions=512)
    assert isinstance(baseline, Baseline)
    queries, items = baseline.embed(["perro"], DESCRIPTIONS)
    assert queries.shape == (1, 512)
    assert items.shape == (7, 512)
    assert queries.dtype == items.dtype == np.float32


def test_identical_text_is_first_with_score_one() -> None:
    named = [text for text in DESCRIPTIONS if text]
    found = scores(named, named)
    assert found.argmax(axis=1).tolist() == list(range(len(named)))
    assert np.diag(found) == pytest.approx(np.ones(len(named)), abs=1e-6)


def test_related_word_is_first() -> None:
    assert scores(["pizze", "taxis", "FACE of a ＤＯＧ"]).argmax(axis=1).tolist() == [3, 4, 2]


def test_other_script_scores_nothing() -> None:
    assert np.abs(scores(["笑脸", "وجه مبتسم", "चेहरा"], dimensions=2**20)).max() == 0
    # With few buckets, n-grams of two scripts may share one.
    assert np.abs(scores(["笑脸", "وجه مبتسم", "चेहरा"])).max() < 0.1


def test_rare_words_count_more() -> None:
    descriptions = ["red apple", "red heart", "red circle", "red car", "blue dog"]
    found = scores(["red dog"], descriptions)[0]
    assert found.argmax() == 4
    assert found[4] > 2 * found[:4].max()


def test_vectors_are_unit_or_zero() -> None:
    queries, items = LexicalBaseline().embed(["", "  ", "a", "dog"], DESCRIPTIONS)
    assert np.linalg.norm(queries, axis=1) == pytest.approx([0, 0, 1, 1], abs=1e-6)
    assert np.linalg.norm(items, axis=1) == pytest.approx([1, 1, 1, 1, 1, 0, 1], abs=1e-6)


def test_no_texts_give_no_rows() -> None:
    queries, items = LexicalBaseline(dimensions=64).embed([], [])
    assert queries.shape == items.shape == (0, 64)


def test_gram_lengths_are_those_asked_for() -> None:
    def count(n_min: int, n_max: int) -> int:
        queries, _ = LexicalBaseline(n_min, n_max, 2**20).embed(["dog"], ["x"])
        return int(np.count_nonzero(queries))

    # <dog> has five letters with its ends: five single ones, four pairs, one of all five.
    assert [count(1, 1), count(2, 2), count(5, 5), count(2, 4), count(6, 6)] == [5, 4, 1, 9, 0]


def test_vectors_are_the_same_in_another_process() -> None:
    code = (
        "from crossret_baselines.lexical import LexicalBaseline as B; "
        "print(B(dimensions=256).embed(['चेहरा dog'], ['dog', 'cat'])[0].tobytes().hex())"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert (
        result.stdout.strip() == LexicalBaseline(dimensions=256).embed(["चेहरा dog"], ["dog", "cat"])[0].tobytes().hex()
    )


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_any_text_scores_between_zero_and_one(captions: list[str], descriptions: list[str]) -> None:
    found = scores(captions, descriptions, dimensions=64)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1 + 1e-5)).all()


@pytest.mark.parametrize("options", [{"n_min": 0}, {"n_min": 5}, {"dimensions": 0}])
def test_impossible_options_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        LexicalBaseline(**options)


def test_fingerprint_follows_the_settings() -> None:
    prints = {LexicalBaseline(**o).fingerprint() for o in ({}, {"n_min": 1}, {"n_max": 5}, {"dimensions": 64}, {})}
    assert len(prints) == 4
