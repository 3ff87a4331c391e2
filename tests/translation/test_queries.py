from __future__ import annotations

from dataclasses import replace

from tiny_data import DoubtfulTranslator, ReversingTranslator

from crossret.contracts.data import Caption
from crossret.recipe.models import VariantsRecipe
from crossret.translation.fill import translated_queries
from crossret.translation.queries import further_queries

CAPTIONS = tuple(Caption(name, "s", "xx", text) for name, text in (("a", "der god 7rebmun"), ("b", "tac")))


def test_a_query_has_every_other_translation_once() -> None:
    translators = (ReversingTranslator(), DoubtfulTranslator())
    translated = translated_queries(CAPTIONS, translators[0], "xx", "en")
    found = further_queries(CAPTIONS, translated, translators, "en", VariantsRecipe(routes=2))
    assert translated == ["red dog number7", "cat"]
    assert found == (("red dog 7rebmun", "7rebmun dog red"), ())


def test_a_query_that_cannot_be_translated_further_keeps_what_it_has() -> None:
    failing = DoubtfulTranslator(failing=frozenset(caption.text for caption in CAPTIONS))
    own = [caption.text for caption in CAPTIONS]
    assert further_queries(CAPTIONS, own, (failing,), "en", VariantsRecipe(routes=2)) == ((), ())


def test_alternatives_are_translations_too() -> None:
    captions = (replace(CAPTIONS[1], text="tac"),)
    found = further_queries(captions, ["cat"], (DoubtfulTranslator(),), "en", VariantsRecipe(alternatives=1))
    assert found == (("cat again",),)
