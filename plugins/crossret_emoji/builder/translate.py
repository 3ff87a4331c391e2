"""English texts into other languages and back, and human names into English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from crossret_emoji.builder.answers import AnswerStore
from crossret_emoji.builder.deterministic import write_table
from crossret_emoji.builder.provenance import check_order, write_provenance
from crossret_emoji.builder.routes import BACK, INTO_ENGLISH, OUT_OF_ENGLISH
from crossret_emoji.builder.translator import Translated, Translator
from crossret_emoji.concepts import load_concepts
from crossret_emoji.layout import SOURCE_LANGUAGE
from crossret_emoji.texts import NAME, Text, load_texts
from crossret_translators.apertium.engine import ApertiumEngine
from crossret_translators.apertium.serbian import latin

ROUND_TRIPS: Final = "round_trips.csv.gz"
TO_ENGLISH: Final = "to_english.csv.gz"
ANSWERS: Final = "answers.json"
ROUND_TRIP_COLUMNS: Final = (
    "id",
    "kind",
    "k",
    "source",
    "lang",
    "translation",
    "back",
    "marked",
    "back_marked",
    "status",
    "back_status",
)
TO_ENGLISH_COLUMNS: Final = ("id", "split", "lang", "text", "english", "marked", "status")

_NO_ROUTE: Final = Translated("", 0, "no-route")


def translate_all(work: Path, out: Path, order_check: bool) -> None:
    """Write both tables below ``work`` and the provenance below ``out``, where concepts and texts are."""
    parts = {concept.id: concept.split for concept in load_concepts(out)}
    names = {lang: _names(out, lang) for lang in INTO_ENGLISH}
    translator = Translator(ApertiumEngine(), AnswerStore(work / ANSWERS))
    write_table(work / ROUND_TRIPS, ROUND_TRIP_COLUMNS, _round_trips(translator, load_texts(out, SOURCE_LANGUAGE)))
    write_table(work / TO_ENGLISH, TO_ENGLISH_COLUMNS, _to_english(translator, names, parts))
    write_provenance(out, check_order(translator) if order_check else {})


def _names(out: Path, lang: str) -> dict[str, str]:
    return {text.concept: text.text for text in load_texts(out, lang) if text.kind == NAME}


def _round_trips(translator: Translator, english: Sequence[Text]) -> Iterator[tuple[object, ...]]:
    sources = [text.text for text in english]
    for lang, route in OUT_OF_ENGLISH.items():
        there = translator.route(route, sources)
        back = translator.route(BACK[lang], [step.text for step in there]) if BACK[lang] else [_NO_ROUTE] * len(there)
        for text, out, home in zip(english, there, back, strict=True):
            head = (text.concept, text.kind, text.k, text.text, lang, out.text, home.text)
            yield (*head, out.unknown, home.unknown, out.status, home.status)


def _to_english(
    translator: Translator, names: Mapping[str, Mapping[str, str]], parts: Mapping[str, str]
) -> Iterator[tuple[object, ...]]:
    for lang, route in INTO_ENGLISH.items():
        texts = list(names[lang].values())
        results = translator.route(route, [latin(text) for text in texts] if lang == "sr" else texts)
        for (concept, text), result in zip(names[lang].items(), results, strict=True):
            yield (concept, parts[concept], lang, text, result.text, result.unknown, result.status)
