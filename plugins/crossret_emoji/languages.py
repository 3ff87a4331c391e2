"""The languages that have human names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crossret.errors import DataError
from crossret_emoji.layout import LANGUAGE_COLUMNS, LANGUAGES
from crossret_emoji.tables import read_table


@dataclass(frozen=True, slots=True)
class Language:
    """One row of ``languages.csv``; the shares are of texts that equal an English one, case-folded."""

    code: str
    english_name: str
    script: str
    names: int
    keywords: int
    names_same_as_en: float
    keywords_same_as_en: float


def load_languages(root: Path) -> dict[str, Language]:
    """All languages by code, in file order.

    Raises:
        DataError: the table is missing or malformed.
    """
    rows = read_table(root, LANGUAGES, LANGUAGE_COLUMNS)
    return {row[0]: _language(row, number) for number, row in enumerate(rows, start=2)}


def _language(row: list[str], number: int) -> Language:
    code, english_name, script, names, _, keywords, same_names, same_keywords = row
    try:
        return Language(code, english_name, script, int(names), int(keywords), float(same_names), float(same_keywords))
    except ValueError as error:
        raise DataError(f"{LANGUAGES}, row {number}: {error}; expected a number") from error
