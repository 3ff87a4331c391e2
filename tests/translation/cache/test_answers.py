from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rule_engine import RuleEngine, asked

from crossret.contracts.translation import Engine, Hop, Translation
from crossret.errors import ComponentError
from crossret.makers import maker_of
from crossret.recipe.models import TranslatorRecipe
from crossret.translation.cache.answers import CachedAnswers
from crossret.translation.cache.file import opened
from crossret.translation.cache.hop_table import find_table
from crossret.translation.cache.owners import new_owner
from crossret.translation.hop_answers import Progress
from crossret.translation.routed_translator import RoutedTranslator

RECIPE = TranslatorRecipe(translator="rule")
HOP = Hop("rule", "en", "es", "en2es", "1")


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls.tsv"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "translations.sqlite"


def cached(engine: Engine, path: Path) -> CachedAnswers:
    return CachedAnswers(engine, RECIPE, path)


def texts_asked(calls: Path) -> list[str]:
    return [text for _, _, text in asked(calls)]


def test_what_was_asked_once_is_never_asked_again(calls: Path, path: Path) -> None:
    texts = [f"text {n}" for n in range(10)]
    first = cached(RuleEngine(str(calls)), path).of(texts[:6], HOP)
    again = cached(RuleEngine(str(calls)), path).of(texts, HOP)
    assert texts_asked(calls) == texts
    assert {text: again[text] for text in texts[:6]} == first
    assert again["text 7"] == Translation("text.es 7", "ok", 1, -0.5, ("7",))


def test_everything_that_an_engine_says_comes_back(calls: Path, path: Path) -> None:
    answers = cached(RuleEngine(str(calls), alternatives=2), path)
    asked_first = answers.of(["k9 cat"], HOP)["k9 cat"]
    assert answers.of(["k9 cat"], HOP)["k9 cat"] == asked_first
    said = "k9 cat.es"
    assert asked_first == Translation(said, "ok", 1, -0.5, ("k9",), ((f"{said} 1th", -1.0), (f"{said} 2th", -2.0)))


@pytest.mark.parametrize("changed", ["version", "options", "target"])
def test_another_version_or_option_or_language_is_asked_anew(calls: Path, path: Path, changed: str) -> None:
    class Other(RuleEngine):
        def fingerprint(self) -> str:
            return "other options"

    cached(RuleEngine(str(calls)), path).of(["a"], HOP)
    engine = Other(str(calls)) if changed == "options" else RuleEngine(str(calls))
    hop = {"version": replace(HOP, version="2"), "target": replace(HOP, target="ca")}.get(changed, HOP)
    cached(engine, path).of(["a"], hop)
    assert texts_asked(calls) == ["a", "a"]


def test_the_first_hop_is_shared_by_the_routes_through_it(calls: Path, path: Path) -> None:
    engine = RuleEngine(str(calls), pairs="en-es es-gl es-pt")
    translator = RoutedTranslator(engine, cached(engine, path))
    for target in ("gl", "pt"):
        translator.translate(["a", "b"], translator.routes("en", target)[0])
    assert [hop for _, hop, _ in asked(calls)] == ["en-es"] * 2 + ["es-gl"] * 2 + ["es-pt"] * 2


def test_a_text_that_fails_is_asked_twice_and_then_known_as_failed(calls: Path, path: Path) -> None:
    answers = cached(RuleEngine(str(calls)), path)
    for _ in range(3):
        found = answers.of(["fine", "poison"], HOP)
        assert found["poison"] == Translation("", "failed")
        assert found["fine"].text == "fine.es"
    assert texts_asked(calls) == ["fine", "poison", "poison"]


def test_a_text_that_fails_for_once_is_answered(calls: Path, path: Path) -> None:
    class Moody(RuleEngine):
        def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
            found = super().translate_hop(texts, hop)
            return [Translation("", "failed")] * len(found) if len(texts) > 1 else found

    found = cached(Moody(str(calls)), path).of(["a"], HOP)
    assert found["a"].text == "a.es"


def test_an_engine_that_breaks_loses_no_chunk_before_and_keeps_no_claim(calls: Path, path: Path) -> None:
    class Breaking(RuleEngine):
        def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
            if "text 5" in texts:
                raise ComponentError("rule: it has ended")
            return super().translate_hop(texts, hop)

    texts = [f"text {n}" for n in range(10)]
    with pytest.raises(ComponentError, match="it has ended"):
        cached(Breaking(str(calls)), path).of(texts, HOP)
    assert texts_asked(calls) == texts[:4]
    cached(RuleEngine(str(calls)), path).of(texts, HOP)
    assert texts_asked(calls) == texts


def test_an_error_of_the_engine_itself_names_the_engine(calls: Path, path: Path) -> None:
    class Buggy(RuleEngine):
        def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
            raise KeyError("no such thing")

    with pytest.raises(ComponentError, match=r"^Buggy: KeyError: 'no such thing' \(.*test_answers.py:\d+\)$"):
        cached(Buggy(str(calls)), path).of(["a"], HOP)


def test_what_another_process_has_kept_meanwhile_is_the_truth(calls: Path, path: Path) -> None:
    class Overtaken(RuleEngine):
        """While it translates, another process keeps its own answers."""

        def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
            with opened(path) as connection:
                table = find_table(connection, hop, self)
                assert table is not None
                other = Translation("first", "ok", alternatives=(("second", None),))
                table.store(dict.fromkeys(texts, other), dict.fromkeys(texts, 1), new_owner())
            return super().translate_hop(texts, hop)

    found = cached(Overtaken(str(calls), alternatives=3), path).of(["a"], HOP)
    assert found["a"] == Translation("first", "ok", alternatives=(("second", None),))


def test_threads_share_the_work(calls: Path, path: Path) -> None:
    texts = [f"text {n:02}" for n in range(40)]
    engine = RuleEngine(str(calls), seconds=0.005)
    found: list[dict[str, Translation]] = []

    def translate() -> None:
        found.append(cached(engine, path).of(texts, HOP))

    threads = [threading.Thread(target=translate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts_asked(calls)) == texts
    assert found[0] == found[1] == found[2]


def test_a_claim_of_a_dead_process_is_taken_over_and_that_of_a_living_one_is_not(calls: Path, path: Path) -> None:
    engine = RuleEngine(str(calls))
    cached(engine, path).of(["warm"], HOP)
    host, pid, started, _ = new_owner().rsplit(" ", 3)
    with opened(path) as connection:
        table = find_table(connection, HOP, engine)
        assert table is not None
        assert table.claim(["a", "warm"], f"{host} {pid} 1 dead") == ["a"]
        assert table.claim(["a"], f"{host} {pid} {started} here") == ["a"]
        assert table.claim(["a"], f"{host} {pid} {started} other") == []
        assert table.claim(["b"], "elsewhere 1 1 remote") == ["b"]
        assert table.claim(["b"], new_owner()) == []
        connection.execute("UPDATE claim SET until = 0")
        assert table.claim(["b"], new_owner()) == ["b"]


def test_progress_counts_what_was_not_known_before(calls: Path, path: Path) -> None:
    seen: list[Progress] = []
    engine = RuleEngine(str(calls), chunk=2)
    answers = CachedAnswers(engine, RECIPE, path, seen.append)
    answers.of(["a"], HOP)
    seen.clear()
    answers.of(["a", "b", "c", "d"], HOP)
    assert {p.total for p in seen} == {3}
    assert [p.done for p in seen] == [0, 2, 3]
    seen.clear()
    answers.of(["a", "b"], HOP)
    assert seen == []


def test_a_forked_process_opens_the_file_itself(calls: Path, path: Path) -> None:
    answers = cached(RuleEngine(str(calls)), path)
    answers.of(["a"], HOP)
    child = os.fork()
    if child == 0:
        os._exit(0 if answers.of(["a", "b"], HOP)["b"].text == "b.es" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert answers.of(["b"], HOP)["b"].text == "b.es"
    assert texts_asked(calls) == ["a", "b"]


def test_how_answers_come_about_is_kept_once_per_hop(calls: Path, path: Path) -> None:
    engine = RuleEngine(str(calls))
    cached(engine, path).of(["a", "b"], HOP)
    with sqlite3.connect(path) as connection:
        ((recipe, provenance),) = connection.execute("SELECT recipe, provenance FROM hop")
    assert TranslatorRecipe.model_validate_json(recipe) == RECIPE
    assert '"licence": "CC0-1.0"' in provenance
    assert json.loads(provenance)["component"] == maker_of(engine)
