from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping

import pytest

from crossret_emoji.concepts import load_concepts
from crossret_emoji.dataset import EmojiDataset
from crossret_emoji.layout import DESIGNS, SHIPPED

Key = tuple[str, str, str]

TRANSLATED = ("es", "ca", "gl", "fr", "pt", "it", "sc")
FAILED = {("ca", "en", "pas"), ("en", "sc", "pace"), ("en", "sc", "step")}


@pytest.fixture(scope="module")
def rows(emoji: EmojiDataset) -> list[dict[str, str]]:
    path = emoji.translations()
    assert path is not None
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def translations(rows: list[dict[str, str]]) -> dict[Key, dict[str, str]]:
    return {(row["source_lang"], row["target_lang"], row["text"]): row for row in rows}


def test_translations_are_a_function(rows: list[dict[str, str]], translations: Mapping[Key, object]) -> None:
    assert list(rows[0]) == ["source_lang", "target_lang", "text", "translation", "status", "unknown"]
    assert len(rows) == len(translations) == 76_869
    assert list(translations) == sorted(translations)


def test_failures_are_the_recorded_ones(translations: Mapping[Key, Mapping[str, str]]) -> None:
    assert {row["status"] for row in translations.values()} == {"ok", "copied", "failed"}
    assert {key for key, row in translations.items() if row["status"] == "failed"} == FAILED
    assert {key for key, row in translations.items() if not row["translation"]} == FAILED
    assert all(int(row["unknown"]) >= 0 for row in translations.values())


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_english_training_text_is_translated(
    emoji: EmojiDataset, translations: Mapping[Key, Mapping[str, str]], lang: str
) -> None:
    for protocol in emoji.protocols:
        captions = emoji.captions(protocol, "train", "en")
        assert all(("en", lang, caption.text) in translations for caption in captions)


@pytest.mark.parametrize(
    "lang", ["es", "ca", "gl", "fr", "pt", "it", "hr", "bs", "sr", "sl", "mk", "bg", "is", "eu", "ro"]
)
def test_every_human_test_name_is_translated_into_english(
    emoji: EmojiDataset, translations: Mapping[Key, Mapping[str, str]], lang: str
) -> None:
    for split in ("val", "twemoji", "fluent-flat"):
        captions = emoji.captions("cross-design", split, lang)
        assert all((lang, "en", caption.text) in translations for caption in captions)


@pytest.mark.parametrize("lang", ["es", "ca", "gl", "fr", "pt", "it"])
def test_translations_of_training_texts_lead_back(translations: Mapping[Key, Mapping[str, str]], lang: str) -> None:
    there = {row["translation"] for key, row in translations.items() if key[:2] == ("en", lang)}
    assert all((lang, "en", text) in translations for text in there)


def test_sardinian_has_no_way_back(translations: Mapping[Key, object]) -> None:
    assert not [key for key in translations if key[0] == "sc"]


def test_designs_draw_what_the_card_says() -> None:
    concepts = load_concepts(SHIPPED)
    drawn = {design: sum(design in concept.designs for concept in concepts) for design in DESIGNS}
    assert list(drawn.values()) == [1423, 1423, 1402, 1072, 1066, 645]
    assert sum(len(concept.designs) == len(DESIGNS) for concept in concepts) == 642


def test_every_part_has_its_licence_text() -> None:
    notice = (SHIPPED / "NOTICE.txt").read_text(encoding="utf-8")
    texts = {
        "Unicode-3.0": "UNICODE LICENSE V3",
        "MIT-emojibase": "Miles Johnson",
        "MIT-fluent": "Microsoft Corporation",
        "Apache-2.0": "Apache License",
        "CC-BY-4.0": "Attribution 4.0 International",
    }
    assert {path.stem for path in (SHIPPED / "LICENSES").iterdir()} == set(texts)
    for name, phrase in texts.items():
        assert phrase in (SHIPPED / f"LICENSES/{name}.txt").read_text(encoding="utf-8")
        assert f"LICENSES/{name}.txt" in notice
    assert all(design in notice for design in DESIGNS)


def test_the_card_is_shown_and_complete(emoji: EmojiDataset) -> None:
    description = emoji.describe("cross-design")
    assert description.card.startswith("# Emoji concept names")
    for heading in (
        "## Protocols",
        "## Machine translations",
        "## How languages were chosen",
        "## Limits",
        "## Licences",
    ):
        assert heading in description.card
    assert len(description.languages) == 115
    assert description.languages["ja"]["names"] == 1423
