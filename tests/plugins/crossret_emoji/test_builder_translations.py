from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from crossret.contracts.translation import Hop, Translation
from crossret_emoji.builder.answers import AnswerStore
from crossret_emoji.builder.quality import f1
from crossret_emoji.builder.routes import BACK, HOPS, INTO_ENGLISH, OUT_OF_ENGLISH
from crossret_emoji.builder.translation_table import Translation as Row
from crossret_emoji.builder.translation_table import merge
from crossret_emoji.builder.translator import CHUNK, Translated, Translator
from crossret_emoji.layout import PROVENANCE, SHIPPED
from crossret_translators.apertium.provenance import PROTOCOL, warm_up_record


class FakeEngine:
    """Spells words backwards, marks words it does not know and loses what it is told to lose."""

    name = "fake"

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str]]] = []

    def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
        self.calls.append((hop.mode, list(texts)))
        return [
            Translation("", "failed")
            if text == "lost"
            else Translation("odd", "copied", 1, unknown_words=("odd",))
            if text == "odd"
            else Translation(text[::-1], "ok")
            for text in texts
        ]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def translator(engine: FakeEngine, tmp_path: Path) -> Translator:
    return Translator(engine, AnswerStore(tmp_path / "answers.json"))  # type: ignore[arg-type]


def ends_of(mode: str) -> tuple[str, str]:
    return HOPS[mode].source, HOPS[mode].target


def test_routes_fit_together() -> None:
    for lang, route in OUT_OF_ENGLISH.items():
        ends = [ends_of(mode) for mode in route]
        assert (ends[0][0], ends[-1][1]) == ("en", lang)
        assert all(first[1] == second[0] for first, second in pairwise(ends))
    for route in (*BACK.values(), *INTO_ENGLISH.values()):
        ends = [ends_of(mode) for mode in route]
        assert not ends or ends[-1][1] == "en"
        assert all(first[1] == second[0] for first, second in pairwise(ends))


def test_the_shipped_provenance_tells_of_this_protocol() -> None:
    record = json.loads((SHIPPED / PROVENANCE).read_text(encoding="utf-8"))
    assert record["protocol"] == PROTOCOL
    assert record["chunk"] == CHUNK
    assert record["warm_up"] == {lang: warm_up_record(lang) for lang in {pair.source for pair in HOPS.values()}}
    assert {mode: (hop["source"], hop["target"], hop["package"]) for mode, hop in record["hops"].items()} == {
        mode: (pair.source, pair.target, pair.package) for mode, pair in HOPS.items()
    }


def test_routes_translate_distinct_texts_once_and_sorted(translator: Translator, engine: FakeEngine) -> None:
    found = translator.route(("eng-cat", "cat-fra"), ["xyz", "abc", "xyz", "level"])
    assert [result.text for result in found] == ["xyz", "abc", "xyz", "level"]
    assert engine.calls == [("eng-cat", ["abc", "level", "xyz"]), ("cat-fra", ["cba", "level", "zyx"])]
    translator.route(("eng-cat",), ["abc"])
    assert len(engine.calls) == 2


def test_statuses(translator: Translator) -> None:
    found = translator.route(("eng-spa",), ["abc", "level", "odd", "lost"])
    assert found == [
        Translated("cba", 0, "ok"),
        Translated("level", 0, "copied"),
        Translated("odd", 1, "copied"),
        Translated("", 0, "failed"),
    ]


def test_a_lost_text_goes_no_further(translator: Translator, engine: FakeEngine) -> None:
    translator.route(("eng-spa", "es-pt"), ["lost", "abc"])
    assert engine.calls == [("eng-spa", ["abc", "lost"]), ("es-pt", ["cba"])]


def test_answers_survive_on_disk(tmp_path: Path, engine: FakeEngine, translator: Translator) -> None:
    translator.route(("eng-spa",), ["abc"])
    again = Translator(engine, AnswerStore(tmp_path / "answers.json"))  # type: ignore[arg-type]
    assert again.route(("eng-spa",), ["abc"]) == [Translated("cba", 0, "ok")]
    assert len(engine.calls) == 1


def trip(source: str, there: str, back: str = "", lang: str = "es", back_status: str = "ok") -> dict[str, str]:
    status = "ok" if there else "failed"
    return {
        **{"source": source, "lang": lang, "translation": there, "back": back, "marked": "1", "back_marked": "0"},
        **{"status": status, "back_status": back_status},
    }


def test_table_merges_both_ways_and_drops_repetitions() -> None:
    names = {"lang": "es", "text": "perro", "english": "dog", "marked": "0", "status": "ok"}
    found = merge([trip("dog", "perro", "dog"), trip("dog", "perro", "dog")], [names])
    assert found == [Row("en", "es", "dog", "perro", "ok", 1), Row("es", "en", "perro", "dog", "ok", 0)]


def test_table_has_no_way_back_from_nothing_or_without_a_route() -> None:
    trips = [trip("pace", "", lang="ca"), trip("dog", "cane", lang="sc", back_status="no-route")]
    assert [row[:4] for row in merge(trips, [])] == [("en", "ca", "pace", ""), ("en", "sc", "dog", "cane")]


def test_table_refuses_two_answers() -> None:
    with pytest.raises(ValueError, match="en to es of 'dog'"):
        merge([trip("dog", "perro", "dog"), trip("dog", "can", "dog")], [])


def test_f1_counts_shared_character_trigrams() -> None:
    assert f1("Dog face", "dog face") == 1
    assert f1("dog", "cat") == 0
    assert f1("abcd", "abce") == pytest.approx(0.5)
