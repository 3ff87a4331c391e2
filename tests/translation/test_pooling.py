"""Which translations of a caption a model reads, and how far each is trusted."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tiny_data import DoubtfulTranslator, ReversingTranslator, TinyDataset, reverse_words

from crossret.contracts.data import Caption
from crossret.contracts.translation import Hop, Route, Translation, Translator
from crossret.data.pools import AlignedText
from crossret.errors import DataError
from crossret.recipe.models import TranslationRecipe
from crossret.translation.confidence import likeness
from crossret.translation.pooling import Translators, translated_pool
from crossret.translation.variants import way_back

CAPTIONS = (
    Caption("a", "s", "en", "red dog number7"),
    Caption("b", "s", "en", "cat"),
    Caption("c", "t", "en", "number8"),
)


def pool(*translators: Translator, back: bool = False, **recipe: Any) -> dict[str, AlignedText]:
    """Captions by their text."""
    first, *further = translators
    asked = Translators(first, tuple(further), TranslationRecipe.model_validate(recipe))
    found = translated_pool(CAPTIONS, asked, "en", "xx", back=back)
    return {text.source: text for subject in found.values() for text in subject.sentences}


def targets(text: AlignedText) -> list[str]:
    return [variant.target for variant in text.all_variants()]


def test_one_translation_unless_more_are_asked_for() -> None:
    assert all(not text.variants and text.confidence == 1 for text in pool(DoubtfulTranslator()).values())


def test_routes_and_alternatives_are_variants_of_one_caption_and_equal_ones_collapse() -> None:
    found = pool(DoubtfulTranslator(), variants={"routes": 2, "alternatives": 2})
    assert targets(found["red dog number7"]) == [
        "der god number7",
        "der god number7 again",
        "number7 god der",
        "number7 god der again",
    ]
    assert targets(found["cat"]) == ["tac", "tac again"]
    assert {v.source for v in found["cat"].all_variants()} == {"cat"}


def test_variants_have_back_translations_of_their_own() -> None:
    found = pool(DoubtfulTranslator(), variants={"routes": 2}, back=True)["red dog number7"]
    # The way home of either is the best one, word by word.
    assert [v.back for v in found.all_variants()] == ["red dog number7", "number7 dog red"]


def test_further_translators_add_to_the_first_and_may_have_no_route() -> None:
    class Nowhere(ReversingTranslator):
        def routes(self, source: str, target: str) -> tuple[Route, ...]:
            return ()

    found = pool(ReversingTranslator(), DoubtfulTranslator(), Nowhere())
    assert targets(found["red dog number7"]) == ["der god 7rebmun", "der god number7"]
    with pytest.raises(DataError, match="no translation route from 'en' to 'xx'"):
        pool(Nowhere(), ReversingTranslator())


def test_a_further_translator_without_a_way_back_adds_nothing_where_one_is_needed() -> None:
    class OneWay(DoubtfulTranslator):
        def routes(self, source: str, target: str) -> tuple[Route, ...]:
            return super().routes(source, target) if source == "en" else ()

    assert len(targets(pool(ReversingTranslator(), OneWay())["red dog number7"])) == 2
    assert len(targets(pool(ReversingTranslator(), OneWay(), back=True)["red dog number7"])) == 1
    with pytest.raises(DataError, match="no translation route from 'xx' to 'en'"):
        pool(OneWay(), back=True)


def test_a_variant_that_fails_costs_the_caption_no_other() -> None:
    found = pool(ReversingTranslator(frozenset({"cat"})), DoubtfulTranslator())
    assert targets(found["cat"]) == ["tac"]
    found = pool(ReversingTranslator(frozenset({"tac"})), DoubtfulTranslator(), back=True)
    assert "cat" not in found, "the first says the same, and it has no way back"
    assert "red dog number7" in found


def test_unknown_words_are_kept_left_out_or_cost_their_caption() -> None:
    assert targets(pool(DoubtfulTranslator())["red dog number7"]) == ["der god number7"]
    dropped = pool(DoubtfulTranslator(), unknown_words="drop-words")
    assert {source: text.target for source, text in dropped.items()} == {"red dog number7": "der god", "cat": "tac"}
    assert list(pool(DoubtfulTranslator(), unknown_words="drop-captions")) == ["cat"]


def test_back_translations_are_of_the_whole_translation() -> None:
    found = pool(DoubtfulTranslator(), unknown_words="drop-words", back=True)
    assert found["red dog number7"].back == "red dog number7"


def test_words_that_are_counted_but_not_told_cannot_be_left_out() -> None:
    with pytest.raises(DataError, match="'der god number7' has 1 unknown words, but its translator does not tell"):
        pool(DoubtfulTranslator(tells=False), unknown_words="drop-words")
    assert pool(DoubtfulTranslator(tells=False), unknown_words="drop-captions")


def test_no_pool_without_a_known_caption() -> None:
    class Doubting(DoubtfulTranslator):
        def translate(self, texts: Any, route: Route) -> list[Translation]:
            return [Translation("x", "ok", 1) for _ in texts]

    with pytest.raises(DataError, match="every translation from 'en' to 'xx' failed or has unknown words"):
        pool(Doubting(), unknown_words="drop-captions")


def test_confidence_by_known_words_and_by_round_trips() -> None:
    by_words = pool(DoubtfulTranslator(), confidence="unknown")
    assert {s: t.confidence for s, t in by_words.items()} == {"red dog number7": 3 / 4, "cat": 1, "number8": 1 / 2}
    by_trips = pool(DoubtfulTranslator(), confidence="round-trip", variants={"routes": 2})["red dog number7"]
    assert [v.confidence for v in by_trips.all_variants()] == [1, likeness("red dog number7", "number7 dog red")]
    assert {v.back for v in by_trips.all_variants()} == {""}, "no term reads them"


def test_joined_fragments_keep_views_in_step_and_average_their_confidence() -> None:
    parts = [
        AlignedText("a", "x", "a'", confidence=0.5, variants=(AlignedText("a", "y", "a''"),)),
        AlignedText("b", "z", "b'"),
    ]
    drawn = AlignedText.joined([part.drawn(random.Random(0)) for part in parts])
    assert {drawn.target, drawn.other} == {"x z", "y z"}
    assert (drawn.source, drawn.back) == ("a b", "a' b'" if drawn.target == "x z" else "a'' b'")
    assert drawn.confidence == (0.75 if drawn.target == "x z" else 1)
    assert AlignedText.joined([parts[1]]).other == ""


def test_the_way_home_is_by_the_same_engines_if_they_have_one() -> None:
    class Several(ReversingTranslator):
        def routes(self, source: str, target: str) -> tuple[Route, ...]:
            names = ("good", "poor", "odd") if source == "en" else ("good", "poor")
            return tuple(Route((Hop(name, source, target),)) for name in names)

    there = Several().routes("en", "xx")
    assert [way_back(Several(), route).hops[0].engine for route in there] == ["good", "poor", "good"]


def test_fragments_have_variants_too() -> None:
    captions = TinyDataset(fragments=2).captions("plain", "train", "en")
    asked = Translators(DoubtfulTranslator(), (ReversingTranslator(),))
    found = translated_pool(captions, asked, "en", "xx", back=False)
    fragments = [text for texts in found.values() for text in texts.fragments]
    assert fragments
    assert all(text.variants[0].target == reverse_words(text.source) for text in fragments)
