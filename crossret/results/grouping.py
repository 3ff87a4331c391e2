"""Columns of a table: a language each, or languages that share a script, a family or a wealth of text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from crossret.errors import unknown

OTHER: Final = "not classified"
BY_LANGUAGE: Final = "language"


def columns_of(languages: Iterable[str], by: str = BY_LANGUAGE) -> dict[str, tuple[str, ...]]:
    """Heading and languages of each column, by heading.

    Scripts are ISO 15924 codes, the likely one where a tag names none (CLDR). Families are those of Glottolog, large
    ones such as Indo-European by branch. Resources are the classes of Joshi et al. 2020, from 0 (hardly any text) to 5,
    as listed by LangResourceAtlas. All regions and scripts of a language have its family and class.

    Args:
        languages: BCP-47 tags.
        by: ``language``, ``script``, ``family`` or ``resources``.

    Raises:
        UsageError: another grouping.
    """
    if by not in _HEADINGS:
        raise unknown("grouping", by, _HEADINGS)
    columns: dict[str, tuple[str, ...]] = {}
    for language in sorted(languages):
        heading = _HEADINGS[by](language)
        columns[heading] = (*columns.get(heading, ()), language)
    return dict(sorted(columns.items(), key=lambda column: (column[0] == OTHER, column[0])))


def _script(language: str) -> str:
    import langcodes

    return langcodes.Language.get(language).maximize().script or OTHER


def _family(language: str) -> str:
    return _facts(language).get("family") or OTHER


def _resources(language: str) -> str:
    found = _facts(language).get("resources")
    return f"class {found}" if found else OTHER


def _facts(language: str) -> Mapping[str, str]:
    return _table().get(language.partition("-")[0], {})


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    text = (files("crossret.results") / "languages.csv").read_text(encoding="utf-8")
    return {row["language"]: row for row in csv.DictReader(text.splitlines())}


_HEADINGS: Final[Mapping[str, Callable[[str], str]]] = {
    BY_LANGUAGE: str,
    "script": _script,
    "family": _family,
    "resources": _resources,
}
