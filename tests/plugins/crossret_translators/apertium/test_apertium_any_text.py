"""Whatever a text holds, its neighbours get their own answers, and soon."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest
from apertium_modes import hop
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.contracts.translation import Translation
from crossret.translation.engine_texts import is_blank
from crossret_translators.apertium.engine import ApertiumEngine

MOST_TEXTS = 60
LONG = 24_000
NOUNS = {"en": "house", "es": "casa", "ca": "casa", "gl": "casa"}
PIECES = (
    *"^$/[]{}\\@<>~*#.+-&|;:_ ",
    *(
        "house",
        "dogs ",
        "[[",
        "]]",
        "{{",
        "}}",
        "[#0]",
        "[#1]\0",
        ".[]",
        ".[][#2]\0",
        "^a<n>$",
        "^a/b$",
        "\\[",
        "[t:b:1]",
    ),
    *(
        "<b>",
        "</b>",
        "&amp;",
        "&lt;",
        "<!-- ",
        "https://a.example/b?c=d#e",
        "%s",
        "$(ls)",
        "`ls`",
        "'",
        '"',
        "\n",
        "\r\n",
    ),
    *(
        "\x00",
        "\x1a",
        "\x1b[0m",
        "\x7f",
        "\x85",
        "\xa0",
        "\xad",
        "\u2028",
        "\u200d",
        "\ufeff",
        "\ufffe",
        "\uffff",
        "\U0010ffff",
    ),
    *(
        "\ud800",
        "\udfff",
        "e\u0301",
        "\u0301",
        "ﬁ",
        "👩‍👩‍👧",
        "🇪🇸",
        "👍🏽",
        "مرحبا",
        "\u202e",
        "\u2066",
        "שלום",
        "狗",
        "ж",
        "𝒳",
    ),
)
AWKWARD = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.characters(),
        st.characters(categories=("Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Zs", "Zl", "Zp")),
    ),
    min_size=1,
    max_size=40,
).map("".join)


def sentinel(language: str, number: int) -> str:
    """A text that needs translating, unlike any other."""
    return f"{NOUNS[language]} {number}."


@cache
def undisturbed(source: str, target: str) -> tuple[Translation, ...]:
    """The answers for the sentinels alone."""
    texts = [sentinel(source, number) for number in range(MOST_TEXTS + 1)]
    return tuple(ApertiumEngine().translate_hop(texts, hop(source, target)))


def check(source: str, target: str, texts: Sequence[str]) -> None:
    """Every text stands between two sentinels."""
    distinct = list(dict.fromkeys(texts))
    asked = [sentinel(source, 0)]
    for number, text in enumerate(distinct, 1):
        asked += [text, sentinel(source, number)]
    answers = ApertiumEngine().translate_hop(asked, hop(source, target))
    assert answers[::2] == list(undisturbed(source, target)[: len(distinct) + 1])
    assert all(is_blank(answer.text) is (answer.status == "failed") for answer in answers)


@given(st.lists(AWKWARD, min_size=20, max_size=MOST_TEXTS))
@settings(max_examples=8, deadline=None)
def test_no_text_disturbs_another(texts: list[str]) -> None:
    check("en", "es", texts)


@pytest.mark.slow
@pytest.mark.parametrize(("source", "target"), [("en", "es"), ("en", "ca"), ("en", "gl"), ("gl", "es"), ("es", "pt")])
@given(texts=st.lists(AWKWARD, min_size=20, max_size=MOST_TEXTS))
@settings(max_examples=10, deadline=None)
def test_no_text_disturbs_another_in_any_pair(source: str, target: str, texts: list[str]) -> None:
    check(source, target, texts)


@pytest.mark.parametrize(
    "piece", ["dog ", "x", "[", "]", "\\", "^", "<b>", "a. ", "👍", "مرحبا ", "\0", "\uffff", "\u0301", "*"], ids=ascii
)
def test_no_length_disturbs_another(piece: str) -> None:
    check("en", "es", [(piece * LONG)[:LONG]])
