from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret_translators.apertium.records import decode, encode, escape, plain, unescape

ANY_TEXT = st.text(st.characters())


@pytest.mark.parametrize("text", ["plain", "a^b$c/d[e]f{g}h\\i@j<k>l", "50 % (half)", "“quoted”", "[#1]", ".[]", "\\"])
def test_the_stream_gives_back_what_it_took(text: str) -> None:
    assert unescape(escape(text)) == text
    assert decode(encode([text, "other"])) == [text, "other"]


@given(st.lists(ANY_TEXT, max_size=5))
def test_no_text_breaks_out_of_its_record(texts: list[str]) -> None:
    stream = encode(texts)
    assert stream.count(b"\0") == len(texts)
    assert [" ".join(answer.split()) for answer in decode(stream)] == [" ".join(plain(text).split()) for text in texts]


@given(ANY_TEXT)
def test_plain_text_is_one_line_that_utf8_can_express(text: str) -> None:
    found = plain(text)
    assert len(found.splitlines()) < 2
    assert unicodedata.is_normalized("NFC", found)
    assert found.encode().decode() == found


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"uno[<b>] dos.[][#0]\0tres\\[.[][#1]\0\0\0\n\0", ["uno dos", "tres["]),
        (b"uno.[][#0]\0.[][#1]\0tres.[][#2]\0", ["uno", "", "tres"]),
        (b"uno.[][#0]\0tres.[][#2]\0dos.[][#1]\0", ["uno"]),
        (b"uno.[][#0]\0dos.[][#1]tres.[][#2]\0", ["uno"]),
        (b"uno.[][#0]\0uno.[][#0]\0dos.[][#1]\0", ["uno"]),
        (b"uno.[][#0]\0junk\0dos.[][#1]\0", ["uno"]),
        (b"dos.[][#1]\0", []),
        (b"uno.[][#0]\0do", ["uno"]),
        (b"", []),
    ],
    ids=["blanks", "empty", "order", "swallowed-end", "doubled", "unnumbered", "first-lost", "cut-off", "nothing"],
)
def test_answers_are_trusted_up_to_the_first_that_is_out_of_step(stream: bytes, expected: list[str]) -> None:
    assert decode(stream) == expected
