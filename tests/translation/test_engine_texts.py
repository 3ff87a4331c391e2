from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret.translation.engine_texts import harmless, is_blank

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_every_text_becomes_one_line_in_normal_form_that_utf8_can_hold(text: str) -> None:
    found = harmless(text)
    found.encode()
    assert unicodedata.is_normalized("NFC", found)
    assert found.splitlines() in ([], [found])
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in found)
    assert harmless(found) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\0b\r\n\tc", "a b c"),
        ("  two  blanks ", "two blanks"),
        ("cafe\u0301", "caf\u00e9"),
        ("\ud83d alone", "\ufffd alone"),
        ("no\u00a0break and joined \u200d stay", "no\u00a0break and joined \u200d stay"),
    ],
)
def test_what_becomes_of_it(text: str, expected: str) -> None:
    assert harmless(text) == expected


@pytest.mark.parametrize("text", ["", " ", "\n\0", "\u00a0\u3000", "\u200b\ufeff", "\u2028"])
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)
    assert is_blank(harmless(text))


@pytest.mark.parametrize("text", [".", "😀", "\ufffd", "\U0001fae9", " a "])
def test_what_can_be_seen_is_not(text: str) -> None:
    assert not is_blank(text)
