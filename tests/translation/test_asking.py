from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rule_engine import RuleEngine
from tiny_data import ReversingTranslator, reverse_words

from crossret.contracts.data import Caption
from crossret.contracts.translation import Hop, Route, Translation
from crossret.recipe.models import TranslatorRecipe
from crossret.translation import asking
from crossret.translation.cache.answers import CachedAnswers
from crossret.translation.routed_translator import RoutedTranslator

ROUTE = Route((Hop("reverse", "en", "xx"),))


def captions(texts: Sequence[str]) -> list[Caption]:
    return [Caption(f"c{n}", f"s{n}", "en", text) for n, text in enumerate(texts)]


def test_a_long_list_is_asked_in_pieces_and_each_text_once() -> None:
    calls: list[list[str]] = []

    class Counting(ReversingTranslator):
        def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
            calls.append(list(texts))
            return super().translate(texts, route)

    texts = [f"word{n % 2300:05d}" for n in range(4000)]
    told: list[tuple[int, int]] = []
    answers = asking.ask(captions(texts), Counting(), ROUTE, lambda done, total: told.append((done, total)))
    assert [answer.text for answer in answers] == [reverse_words(text) for text in texts]
    assert [len(call) for call in calls] == [asking.TEXTS_AT_ONCE, asking.TEXTS_AT_ONCE, 300]
    assert told == [(0, 2300), (1000, 2300), (2000, 2300), (2300, 2300)]


def test_a_translator_of_captions_sees_all_of_them_at_once() -> None:
    class Numbered(ReversingTranslator):
        def translate_captions(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
            return [Translation(f"{number} of {len(captions)}", "ok") for number, _ in enumerate(captions)]

    answers = asking.ask(captions(["same"] * 1500), Numbered(), ROUTE, lambda done, total: None)
    assert answers[-1].text == "1499 of 1500"


def test_a_translator_over_an_engine_is_asked_at_once_and_tells_of_its_hops(tmp_path: Path) -> None:
    engine = RuleEngine(str(tmp_path / "calls.tsv"), chunk=2)
    answers = CachedAnswers(engine, TranslatorRecipe(translator="rule"), tmp_path / "translations.sqlite")
    translator = RoutedTranslator(engine, answers)
    answers.of(["a"], engine.hops()[0])
    told: list[tuple[int, int]] = []
    (route,) = translator.routes("en", "gl")
    found = asking.ask(captions("adcbad"), translator, route, lambda done, total: told.append((done, total)))
    assert [answer.text for answer in found] == [f"{text}.es.gl" for text in "adcbad"]
    # One of four texts is known on the first hop, none on the second; a hop counts half.
    assert told == [(0, 4), (0, 4), (1, 4), (2, 4), (2, 4), (3, 4), (4, 4), (4, 4)]
