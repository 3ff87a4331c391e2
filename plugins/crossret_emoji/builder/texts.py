"""Human names and keywords: ``texts/`` and ``languages.csv``."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from crossret_emoji.builder.cldr import Annotation, english_language_names, locales, read_locale, without_selector
from crossret_emoji.builder.deterministic import write_table
from crossret_emoji.builder.sources import Packages
from crossret_emoji.concepts import Concept, load_concepts
from crossret_emoji.layout import LANGUAGE_COLUMNS, LANGUAGES, SOURCE_LANGUAGE, TEXT_COLUMNS, texts
from crossret_emoji.texts import KEYWORD, NAME

MIN_NAMES: Final = 1000
LEFT_OUT: Final = {
    "kl": "82 % identical to Danish",
    "sr-Latn": "transliteration of sr",
    "kk-Arab": "transliteration of kk",
    "yue-Hans": "transliteration of yue",
}

Row = tuple[str, str, str, str, int]


def write_texts(packages: Packages, out: Path) -> list[str]:
    """Write the texts of every usable locale below ``out``, where ``concepts.csv`` is; returns the locales."""
    concepts = load_concepts(out)
    english = read_locale(packages, SOURCE_LANGUAGE)
    labels = english_language_names(packages)
    languages = []
    for locale in locales(packages):
        local = read_locale(packages, locale)
        named = [concept for concept in concepts if _name(local, concept)]
        if locale in LEFT_OUT or len(named) < MIN_NAMES:
            continue
        rows = text_rows(named, local, english)
        write_table(out / texts(locale), TEXT_COLUMNS, rows)
        label = labels.get(locale) or labels.get(locale.split("-")[0], "")
        languages.append((locale, label, *summary(rows)))
    write_table(out / LANGUAGES, LANGUAGE_COLUMNS, languages)
    return [str(language[0]) for language in languages]


def text_rows(
    concepts: Sequence[Concept], local: Mapping[str, Annotation], english: Mapping[str, Annotation]
) -> list[Row]:
    """Per concept its name and its keywords, each compared with the English texts of the same concept."""
    rows: list[Row] = []
    for concept in concepts:
        here, there = (source[without_selector(concept.emoji)] for source in (local, english))
        name, english_name = here.name or "", (there.name or "").casefold()
        english_texts = {keyword.casefold() for keyword in there.keywords} | {english_name}
        rows.append((concept.id, NAME, "", name, int(name.casefold() == english_name)))
        rows += [
            (concept.id, KEYWORD, str(k), keyword, int(keyword.casefold() in english_texts))
            for k, keyword in enumerate(here.keywords)
        ]
    return rows


def summary(rows: Sequence[Row]) -> tuple[str, int, int, int, float, float]:
    """Script, numbers and shares of one language, in the order of ``languages.csv``."""
    names, keywords = ([row for row in rows if row[1] == kind] for kind in (NAME, KEYWORD))
    texts_ = [row[3] for row in names]
    distinct = len({text.casefold() for text in texts_})
    return script(texts_), len(names), distinct, len(keywords), _share(names), _share(keywords)


def script(written: Iterable[str]) -> str:
    """The script of most letters, as the first word of their Unicode names."""
    letters = Counter(
        unicodedata.name(char, "?").split()[0] for text in written for char in text if char.isalpha()
    ).most_common(1)
    return letters[0][0].title() if letters else ""


def _share(rows: Sequence[Row]) -> float:
    return round(sum(row[4] for row in rows) / max(1, len(rows)), 4)


def _name(local: Mapping[str, Annotation], concept: Concept) -> str | None:
    annotation = local.get(without_selector(concept.emoji))
    return annotation.name if annotation else None
