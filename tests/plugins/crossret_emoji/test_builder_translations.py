from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from crossret_emoji.builder.answers import AnswerStore
from crossret_emoji.builder.marks import Answer, tidy
from crossret_emoji.builder.quality import f1
from crossret_emoji.builder.routes import BACK, HOPS, INTO_ENGLISH, OUT_OF_ENGLISH
from crossret_emoji.builder.serbian import latin
from crossret_emoji.builder.stream import decode, encode, escape, unescape
from crossret_emoji.builder.translation_table import Translation, merge
from crossret_emoji.builder.translator import Translated, Translator


class FakeEngine:
    """Spells words backwards, marks words it does not know and loses what it is told to lose."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str]]] = []

    def translate(self, mode: str, texts: Sequence[str], warm_up: Sequence[str]) -> list[str | None]:
        assert list(warm_up) == ["warm"]
        self.calls.append((mode, list(texts)))
        return [None if text == "lost" else f"*{text}" if text == "odd" else text[::-1] for text in texts]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def translator(engine: FakeEngine, tmp_path: Path) -> Translator:
    warm_ups = {hop.source: ["warm"] for hop in HOPS.values()}
    return Translator(engine, AnswerStore(tmp_path / "answers.json"), warm_ups)  # type: ignore[arg-type]


def test_routes_fit_together() -> None:
    for lang, route in OUT_OF_ENGLISH.items():
        ends = [HOPS[mode][:2] for mode in route]
        assert (ends[0][0], ends[-1][1]) == ("en", lang)
        assert all(first[1] == second[0] for first, second in pairwise(ends))
    for route in (*BACK.values(), *INTO_ENGLISH.values()):
        ends = [HOPS[mode][:2] for mode in route]
        assert not ends or ends[-1][1] == "en"
        assert all(first[1] == second[0] for first, second in pairwise(ends))


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


def test_a_lost_answer_is_asked_for_again_alone(translator: Translator, engine: FakeEngine) -> None:
    translator.route(("eng-spa", "es-pt"), ["lost", "abc"])
    assert engine.calls == [("eng-spa", ["abc", "lost"]), ("eng-spa", ["lost"]), ("es-pt", ["cba"])]


def test_answers_survive_on_disk(tmp_path: Path, engine: FakeEngine, translator: Translator) -> None:
    translator.route(("eng-spa",), ["abc"])
    again = Translator(engine, AnswerStore(tmp_path / "answers.json"), {})  # type: ignore[arg-type]
    assert again.route(("eng-spa",), ["abc"]) == [Translated("cba", 0, "ok")]
    assert len(engine.calls) == 1


@pytest.mark.parametrize("text", ["plain", "a^b$c/d[e]f{g}h\\i@j<k>l", "50 % (half)", "“quoted”"])
def test_the_stream_gives_back_what_it_took(text: str) -> None:
    assert unescape(escape(text)) == text
    assert decode(encode([text, "other"])) == {0: text, 1: "other"}


def test_the_stream_drops_blanks_and_unnumbered_records() -> None:
    assert decode(b"uno[<b>] dos.[][#7]\0junk\0tres\\[.[][#2]\0") == {7: "uno dos", 2: "tres["}


@pytest.mark.parametrize(
    ("source", "raw", "expected"),
    [
        ("grinning face", "*grinning cara", Answer("grinning cara", ("grinning",))),
        ("red apple", "Manzana roja", Answer("manzana roja", ())),
        ("Christmas tree", "árbol de Navidad", Answer("Árbol de Navidad", ())),
        ("odd thing", "@odd #cosa  extraña", Answer("odd cosa extraña", ("odd", "cosa"))),
        ("keycap #", "#tecla", Answer("#tecla", ())),
        ("ATM sign", "cartel del ~ATM", Answer("Cartel del ATM", ())),
        ("atm sign", "ATM cartel", Answer("ATM cartel", ())),
    ],
)
def test_marks_and_capitals_are_taken_out(source: str, raw: str, expected: Answer) -> None:
    assert tidy(source, raw) == expected


def test_serbian_is_written_in_latin_letters() -> None:
    assert latin("Џокер љут 5 њух") == "Džoker ljut 5 njuh"


def trip(source: str, there: str, back: str = "", lang: str = "es", back_status: str = "ok") -> dict[str, str]:
    status = "ok" if there else "failed"
    return {
        **{"source": source, "lang": lang, "translation": there, "back": back, "marked": "1", "back_marked": "0"},
        **{"status": status, "back_status": back_status},
    }


def test_table_merges_both_ways_and_drops_repetitions() -> None:
    names = {"lang": "es", "text": "perro", "english": "dog", "marked": "0", "status": "ok"}
    found = merge([trip("dog", "perro", "dog"), trip("dog", "perro", "dog")], [names])
    assert found == [Translation("en", "es", "dog", "perro", "ok", 1), Translation("es", "en", "perro", "dog", "ok", 0)]


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
