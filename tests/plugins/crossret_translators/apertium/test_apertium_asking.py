from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret_translators.apertium.asking import answer_all


class Fragile:
    """Spells texts backwards, but dies of poison; perhaps without a word about what came before."""

    def __init__(self, delivers: bool = True) -> None:
        self.delivers = delivers
        self.calls: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[str]:
        self.calls.append(list(texts))
        if "poison" not in texts:
            return [text[::-1] for text in texts]
        return [text[::-1] for text in texts[: texts.index("poison")]] if self.delivers else []


@pytest.mark.parametrize("delivers", [True, False])
@given(texts=st.lists(st.sampled_from(["ab", "cd", "poison"]), max_size=12))
def test_poison_fails_alone(delivers: bool, texts: list[str]) -> None:
    expected = ["" if text == "poison" else text[::-1] for text in texts]
    assert answer_all(Fragile(delivers), texts) == expected


def test_the_suspect_is_where_the_answers_stop() -> None:
    engine = Fragile()
    assert answer_all(engine, ["ab", "poison", "cd", "ef"]) == ["ba", "", "dc", "fe"]
    assert engine.calls == [["ab", "poison", "cd", "ef"], ["poison"], ["cd", "ef"]]


def test_without_any_answer_the_texts_are_halved() -> None:
    engine = Fragile(delivers=False)
    assert answer_all(engine, ["ab", "cd", "ef", "poison"]) == ["ba", "dc", "fe", ""]
    assert engine.calls[1:] == [["ab", "cd"], ["ef", "poison"], ["ef"], ["poison"]]


def test_a_blank_answer_is_asked_for_once_more() -> None:
    calls: list[list[str]] = []

    def ask(texts: Sequence[str]) -> list[str]:
        calls.append(list(texts))
        first = len(calls) == 1
        return [" " if text == "never" or (first and text == "later") else text[::-1] for text in texts]

    assert [answer.strip() for answer in answer_all(ask, ["never", "ab", "later"])] == ["", "ba", "retal"]
    assert calls == [["never", "ab", "later"], ["never", "later"]]


def test_nothing_asks_nothing() -> None:
    engine = Fragile()
    assert answer_all(engine, []) == []
    assert engine.calls == []
