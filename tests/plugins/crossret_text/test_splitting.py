from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret_text.splitting import split_text

SPLITS = {
    "A Dog, running!": ("a", "dog", "running"),
    "ＦＵＬＬ　width": ("full", "width"),
    "Straße STRASSE": ("strasse", "strasse"),
    "cafe\u0301 café": ("café", "café"),
    "snake_case 3rd": ("snake_case", "3rd"),
    "笑脸 face": ("笑", "脸", "face"),
    "ねこ": ("ね", "こ"),
    "고양이 얼굴": ("고양이", "얼굴"),
    "हँसता हुआ चेहरा": ("हँसता", "हुआ", "चेहरा"),
    "وجه مبتسم": ("وجه", "مبتسم"),
    "می\u200cخندد": ("می\u200cخندد",),
    "🍕 ❤\ufe0f": ("🍕", "❤\ufe0f"),
    "?!": ("?", "!"),
    "I ❤ you": ("i", "you"),
    "\u0301": ("\u0301",),
    " \t\n\u3000": (),
}


@pytest.mark.parametrize("text", SPLITS)
def test_splits_each_script(text: str) -> None:
    assert split_text(text) == SPLITS[text]


def test_thai_marks_stay_with_their_letter() -> None:
    # The first word has spacing vowels only, the second a vowel and a tone above its consonant.
    assert split_text("ปลา") == ("ป", "ล", "า")
    assert split_text("ที่") == ("ที่",)


@given(st.text())
def test_only_blank_texts_have_no_token(text: str) -> None:
    assert bool(split_text(text)) == bool(text.strip())


@given(st.text(min_size=1))
def test_tokens_have_no_white_space(text: str) -> None:
    assert all(token.split() == [token] for token in split_text(text))
