from __future__ import annotations

import pytest

from crossret.data.normal_text import normalised, tokens


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("A dog runs.", "a dog  runs"),
        ("Straße", "STRASSE"),
        ("ﬁre", "fire"),
        ("cafe\u0301", "café"),
        ("ＡＢＣ", "abc"),
        ("一只狗。", "一只狗"),
        ("İstanbul", "i̇stanbul"),
    ],
)
def test_case_form_blanks_and_punctuation_do_not_count(first, second):
    assert normalised(first) == normalised(second)


@pytest.mark.parametrize(
    ("first", "second"), [("résumé", "resume"), ("a dog", "adog"), ("!", "?"), ("1", "2"), ("!", "")]
)
def test_letters_accents_and_lone_signs_count(first, second):
    assert normalised(first) != normalised(second)


def test_words_and_in_scripts_without_blanks_pairs_of_characters():
    assert tokens("A dog, a Dog!") == {"a", "dog"}
    assert tokens("一只狗在跑 fast") == {"一只", "只狗", "狗在", "在跑", "fast"}
    assert tokens("狗") == {"狗"}
    assert tokens("หมาวิ่ง") >= {"หม", "มา"}
    assert tokens("...") == frozenset()
