from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret.contracts.translation import Translation
from crossret.translation.confidence import LEAST, likeness, round_trip, share_known

texts = st.text(st.sampled_from("abé Ñ笑"), max_size=8)


@given(texts, texts)
def test_likeness_is_symmetric_and_between_0_and_1(first: str, second: str) -> None:
    assert 0 <= likeness(first, second) == likeness(second, first) <= 1


@given(texts)
def test_a_text_is_like_itself_whatever_its_case_and_spaces(text: str) -> None:
    assert likeness(text, f"  {text.upper().casefold()} ") == 1


@given(texts, texts)
def test_likeness_against_a_loop_over_the_formula(first: str, second: str) -> None:
    one, other = ("".join(text.casefold().split()) for text in (first, second))
    values = []
    for n in (1, 2, 3, 4):
        left = [one[i : i + n] for i in range(len(one)) if i + n <= len(one)]
        right = [other[i : i + n] for i in range(len(other)) if i + n <= len(other)]
        if left or right:
            shared = sum(min(count, Counter(right)[gram]) for gram, count in Counter(left).items())
            values.append(2 * shared / (len(left) + len(right)))
    assert likeness(first, second) == pytest.approx(sum(values) / len(values) if values else 1.0)


def test_texts_without_a_common_letter_are_not_alike() -> None:
    assert likeness("abc", "xyz") == 0


@pytest.mark.parametrize(
    ("source", "unknown", "expected"), [("red dog", 0, 1), ("red dog", 1, 2 / 3), ("dog", 1, 1 / 2), ("dog", 3, 1 / 2)]
)
def test_the_share_of_known_words(source: str, unknown: int, expected: float) -> None:
    assert share_known(source, Translation("x", "ok", unknown)) == pytest.approx(expected)


def test_what_does_not_come_back_is_trusted_least() -> None:
    assert round_trip("dog", None) == round_trip("dog", Translation("", "failed")) == LEAST
    assert round_trip("dog", Translation("xyz", "ok")) == LEAST
    assert round_trip("dog", Translation("Dog", "ok")) == 1
    assert LEAST < round_trip("a dog", Translation("a log", "ok")) < 1
