from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rule_engine import RuleEngine, Uncached, asked

from crossret.contracts.translation import Engine, Hop, Translation, Translator
from crossret.errors import ComponentError, DataError
from crossret.translation.fill import route_between, translate_all
from crossret.translation.routed_translator import RoutedTranslator


def translator(engine: Engine) -> RoutedTranslator:
    return RoutedTranslator(engine, Uncached(engine))


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls.tsv"


def test_a_routed_engine_is_a_translator(calls: Path) -> None:
    engine = RuleEngine(str(calls))
    assert isinstance(engine, Engine)
    assert isinstance(translator(engine), Translator)


def test_texts_are_taken_hop_by_hop_and_the_inner_ones_are_told(calls: Path) -> None:
    found = translator(RuleEngine(str(calls), alternatives=1))
    (answer,) = found.translate(["a cat"], route_between(found, "en", "gl"))
    assert answer.text == "a.es.gl cat.es.gl"
    assert answer.pivots == ("a.es cat.es",)
    assert answer.alternatives == (("a.es.gl cat.es.gl 1th", -1.0),)
    assert answer.score == -0.5
    assert [hop for _, hop, _ in asked(calls)] == ["en-es", "es-gl"]


def test_texts_are_asked_once_in_ascending_order_in_chunks(calls: Path) -> None:
    found = translator(RuleEngine(str(calls), chunk=2))
    texts = ["c", "a", "c", "b\n", "b", "a"]
    answers = found.translate(texts, route_between(found, "en", "es"))
    assert [a.text for a in answers] == ["c.es", "a.es", "c.es", "b.es", "b.es", "a.es"]
    assert [text for _, _, text in asked(calls)] == ["a", "b", "c"]


def test_a_word_that_no_hop_knows_counts_once_and_is_told_if_it_stands_in_the_answer(calls: Path) -> None:
    class Losing(RuleEngine):
        def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
            answers = super().translate_hop(texts, hop)
            return [Translation("lost", "ok") if "lose1" in a.text and hop.target == "gl" else a for a in answers]

    found = translator(Losing(str(calls)))
    kept, lost = found.translate(["k9 cat", "lose1"], route_between(found, "en", "gl"))
    assert (kept.text, kept.unknown, kept.unknown_words) == ("k9 cat.es.gl", 1, ("k9",))
    assert (lost.text, lost.unknown, lost.unknown_words) == ("lost", 1, ())


def test_an_answer_equal_to_the_text_is_copied_whatever_the_engine_says(calls: Path) -> None:
    found = translator(RuleEngine(str(calls)))
    (answer,) = found.translate(["R2 d2"], route_between(found, "en", "gl"))
    assert (answer.text, answer.status) == ("R2 d2", "copied")


def test_what_is_blank_or_too_long_fails_without_the_engine(calls: Path) -> None:
    found = translator(RuleEngine(str(calls)))
    answers = found.translate(["", " \0", "\u200b", "x" * 201, "y"], route_between(found, "en", "es"))
    assert [a.status for a in answers] == ["failed"] * 4 + ["ok"]
    assert [a.text for a in answers] == [""] * 4 + ["y.es"]
    assert [text for _, _, text in asked(calls)] == ["y"]


def test_a_failed_text_is_not_taken_further(calls: Path) -> None:
    found = translator(RuleEngine(str(calls)))
    answers = found.translate(["poison", "fine"], route_between(found, "en", "gl"))
    assert [a.status for a in answers] == ["failed", "ok"]
    assert [text for _, hop, text in asked(calls) if hop == "es-gl"] == ["fine.es"]


def test_a_text_that_grows_too_long_between_hops_fails(calls: Path) -> None:
    found = translator(RuleEngine(str(calls)))
    (answer,) = found.translate(["x " * 99 + "y"], route_between(found, "en", "gl"))
    assert answer == Translation("", "failed")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=12), max_size=6))
def test_any_texts_are_answered_one_by_one_and_none_is_empty_without_having_failed(
    calls: Path, texts: list[str]
) -> None:
    found = translator(RuleEngine(str(calls)))
    route = route_between(found, "en", "gl")
    answers = translate_all(texts, found, route)
    assert [a.text for a in answers] == [found.translate([text], route)[0].text for text in texts]
    assert all(answer.text.strip() or answer.status == "failed" for answer in answers)


WRONG: list[tuple[list[Any], str]] = [
    ([], "expected 2 answers, one per text; found 0"),
    ([Translation("x", "ok")] * 3, "expected 2 answers, one per text; found 3"),
    ([Translation(" \u200b", "ok")] * 2, r"expected a translation of 'a' or status 'failed', found ' \\u200b'"),
    (["x", "y"], "expected a Translation of 'a', found 'x'"),
    ([Translation("x", "fine")] * 2, "expected one of ok, copied, failed for 'a', found status 'fine'"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("answers", "said"), WRONG)
def test_an_engine_that_breaks_its_contract_is_named_with_hop_expectation_and_finding(
    calls: Path, answers: list[Any], said: str
) -> None:
    class Wrong(RuleEngine):
        def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
            return answers

    found = translator(Wrong(str(calls)))
    with pytest.raises(ComponentError, match=rf"^Wrong, en → es \(en2es\): {said}") as raised:
        found.translate(["a", "b"], route_between(found, "en", "es"))
    assert "\n" not in str(raised.value)


def test_answers_are_kept_on_one_line_in_normal_form(calls: Path) -> None:
    class Untidy(RuleEngine):
        def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
            return [Translation("cafe\u0301\0\ud83d", "ok", 1, None, ("x\ny",), ((" ", None), ("b\tc", 1.0)))]

    found = translator(Untidy(str(calls)))
    (answer,) = found.translate(["a"], route_between(found, "en", "es"))
    assert answer.text == "caf\u00e9 \ufffd"
    assert answer.alternatives == (("b c", 1.0),)


def test_a_pair_without_a_route_is_refused_with_the_nearest_and_what_to_install(calls: Path) -> None:
    found = translator(RuleEngine(str(calls)))
    with pytest.raises(DataError) as raised:
        route_between(found, "en", "gl-ES")
    assert str(raised.value) == (
        "no translation route from 'en' to 'gl-ES'; rule: nearest to 'gl-ES': 'gl' by en → es → gl (rule); "
        "install rule-en-gl-ES"
    )
