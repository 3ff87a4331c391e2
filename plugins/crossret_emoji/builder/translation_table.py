"""One table of translations out of the round trips and the translated human names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from crossret_emoji.builder.deterministic import write_table
from crossret_emoji.builder.translate import ROUND_TRIP_COLUMNS, ROUND_TRIPS, TO_ENGLISH, TO_ENGLISH_COLUMNS
from crossret_emoji.layout import SOURCE_LANGUAGE, TRANSLATION_COLUMNS, TRANSLATIONS
from crossret_emoji.tables import read_table


class Translation(NamedTuple):
    """One row of ``translations.csv.gz``; ``unknown`` counts the words the engine could not translate."""

    source_lang: str
    target_lang: str
    text: str
    translation: str
    status: str
    unknown: int


def write_translations(work: Path, out: Path) -> None:
    """Write ``translations.csv.gz`` below ``out`` from the tables below ``work``."""
    merged = merge(_read(work, ROUND_TRIPS, ROUND_TRIP_COLUMNS), _read(work, TO_ENGLISH, TO_ENGLISH_COLUMNS))
    write_table(out / TRANSLATIONS, TRANSLATION_COLUMNS, merged)


def merge(round_trips: Iterable[Mapping[str, str]], to_english: Iterable[Mapping[str, str]]) -> list[Translation]:
    """All distinct translations, sorted.

    Args:
        round_trips: rows of English texts translated and, if there is a way, translated back.
        to_english: rows of human names translated into English.

    Raises:
        ValueError: one text has two translations into one language.
    """
    table: dict[tuple[str, str, str], Translation] = {}
    for row in (*_out_and_back(round_trips), *_into_english(to_english)):
        known = table.setdefault(row[:3], row)
        if known != row:
            raise ValueError(f"{row.source_lang} to {row.target_lang} of {row.text!r}: found {known[3:]} and {row[3:]}")
    return sorted(table.values())


def _out_and_back(rows: Iterable[Mapping[str, str]]) -> Iterator[Translation]:
    for row in rows:
        lang, there = row["lang"], row["translation"]
        yield Translation(SOURCE_LANGUAGE, lang, row["source"], there, row["status"], int(row["marked"]))
        if there and row["back_status"] != "no-route":
            yield Translation(lang, SOURCE_LANGUAGE, there, row["back"], row["back_status"], int(row["back_marked"]))


def _into_english(rows: Iterable[Mapping[str, str]]) -> Iterator[Translation]:
    for row in rows:
        yield Translation(row["lang"], SOURCE_LANGUAGE, row["text"], row["english"], row["status"], int(row["marked"]))


def _read(work: Path, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    return [dict(zip(columns, row, strict=True)) for row in read_table(work, name, columns)]
