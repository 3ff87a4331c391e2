"""One table of translations out of the round trips and the translated human names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

ENGLISH: Final = "en"


class Translation(NamedTuple):
    """One row of ``translations.csv.gz``; ``unknown`` counts the words the engine could not translate."""

    source_lang: str
    target_lang: str
    text: str
    translation: str
    status: str
    unknown: int


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
        yield Translation(ENGLISH, lang, row["source"], there, row["status"], int(row["marked"]))
        if there and row["back_status"] != "no-route":
            yield Translation(lang, ENGLISH, there, row["back"], row["back_status"], int(row["back_marked"]))


def _into_english(rows: Iterable[Mapping[str, str]]) -> Iterator[Translation]:
    for row in rows:
        yield Translation(row["lang"], ENGLISH, row["text"], row["english"], row["status"], int(row["marked"]))
