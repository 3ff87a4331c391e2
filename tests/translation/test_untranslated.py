from __future__ import annotations

import pytest

from crossret.contracts.data import Caption
from crossret.contracts.translation import Hop, Route, Translation
from crossret.translation.parts import Part
from crossret.translation.untranslated import described, untranslated_queries, untranslated_translations
from crossret_baselines.lexical import LexicalBaseline

SOURCE = [
    Caption("e0", "s0", "en", "a man on a ladder"),
    Caption("e1", "s1", "en", "a dog in the snow"),
    Caption("e2", "s1", "en", "the white dog"),
    Caption("e3", "s2", "en", "two boats"),
]
ROUTE = Route((Hop("test", "en", "es"),))


def test_captions_of_a_subject_are_one_description() -> None:
    assert described(SOURCE) == {
        "s0": "a man on a ladder",
        "s1": "a dog in the snow the white dog",
        "s2": "two boats",
    }


def test_human_captions_are_found_by_the_letters_they_share() -> None:
    human = [
        Caption("x0", "s0", "es", "hombre ladder"),
        Caption("x1", "s1", "es", "boats"),
        Caption("x9", "s9", "es", "x"),
    ]
    found = untranslated_queries(LexicalBaseline(), human, described(SOURCE))
    assert found is not None
    assert (found.items, found.as_is, found.known) == (3, 0.5, None)
    assert untranslated_queries(LexicalBaseline(), human[2:], described(SOURCE)) is None


def test_without_its_unknown_words_a_translation_gives_less_away() -> None:
    answers = (
        Translation("hombre en un ladder", "ok", 1, unknown_words=("ladder",)),
        Translation("perro snow", "ok", 1, unknown_words=("snow",)),
        Translation("", "failed"),
        Translation("boats", "ok", 1, unknown_words=("boats",)),
    )
    part = Part("source captions", ROUTE, tuple(SOURCE), answers, 1.0)
    found = untranslated_translations(LexicalBaseline(), part, described(SOURCE))
    assert found is not None
    assert found.as_is == 1
    assert found.known is not None
    assert found.known < 1


def test_a_translator_that_tells_no_words_leaves_that_open_and_failures_count_nothing() -> None:
    part = Part("source captions", ROUTE, tuple(SOURCE[:1]), (Translation("un ladder", "ok", 1),), 1.0)
    found = untranslated_translations(LexicalBaseline(), part, described(SOURCE))
    assert found is not None
    assert (found.as_is, found.known) == (pytest.approx(1), None)
    lost = Part("source captions", ROUTE, tuple(SOURCE[:1]), (Translation("", "failed"),), 1.0)
    assert untranslated_translations(LexicalBaseline(), lost, described(SOURCE)) is None
