from __future__ import annotations

from collections.abc import Sequence

import pytest
from tiny_data import TinyDataset

from crossret.bench.components import build_translator
from crossret.contracts.data import Caption
from crossret.contracts.meta import Meta
from crossret.contracts.translation import CaptionTranslator, Hop, Route, Translation
from crossret.errors import DataError, UsageError
from crossret.recipe.models import Recipe
from crossret.registry import Component, Registry
from crossret_translators.recorded import RecordedTranslator


class Recording(TinyDataset):
    def recorded_routes(self, source: str, target: str) -> tuple[Route, ...]:
        good, poor = Hop("good", source, target), Hop("poor", source, target)
        return (Route((good,)), Route((good, poor)), Route((poor,)))

    def recorded(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        return [Translation(f"{route.hops[0].engine} {caption.id}", "ok") for caption in captions]


def test_an_engine_is_chosen_by_name_and_the_first_route_is_the_default() -> None:
    assert RecordedTranslator(Recording()).routes("en", "xx")[0].hops[0].engine == "good"
    (route,) = RecordedTranslator(Recording(), engine="poor").routes("en", "xx")
    assert [hop.engine for hop in route.hops] == ["poor"]
    assert RecordedTranslator(Recording(), engine="none").routes("en", "xx") == ()


def test_captions_are_answered_by_id_and_a_free_text_is_refused() -> None:
    translator = RecordedTranslator(Recording())
    assert isinstance(translator, CaptionTranslator)
    (route, *_) = translator.routes("en", "xx")
    captions = [Caption(f"c{n}", "s", "en", "same") for n in range(2)]
    assert [answer.text for answer in translator.translate_captions(captions, route)] == ["good c0", "good c1"]
    with pytest.raises(DataError, match="recorded by caption; a free text has none"):
        translator.translate(["same"], route)


def test_the_fingerprint_depends_on_data_and_engine() -> None:
    prints = {
        RecordedTranslator(Recording()).fingerprint(),
        RecordedTranslator(Recording(), "poor").fingerprint(),
        RecordedTranslator(Recording(subjects=5)).fingerprint(),
    }
    assert len(prints) == 3


def test_it_is_built_with_the_data_set_of_the_recipe_which_must_record_something() -> None:
    component = Component(
        "translator", "recorded", "crossret_translators.recorded:RecordedTranslator", Meta(), "crossret", "translators"
    )
    registry = Registry()
    registry.add(component)
    recipe = Recipe.model_validate(
        {"translation": {"translator": "recorded", "options": {"engine": "poor"}}, "baseline": "lexical"}
    )
    built = build_translator(recipe, Recording(), registry)
    assert isinstance(built, RecordedTranslator)
    assert built.engine == "poor"
    with pytest.raises(UsageError, match="records no translations by caption"):
        build_translator(recipe, TinyDataset(), registry)
