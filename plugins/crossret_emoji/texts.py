"""Human names and keywords of one language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crossret.contracts.data import Caption
from crossret.errors import DataError
from crossret_emoji.layout import TEXT_COLUMNS, texts
from crossret_emoji.tables import read_table

NAME = "name"
KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class Text:
    """One row of a text table: the name of a concept or its ``k``-th keyword."""

    concept: str
    kind: str
    k: str
    text: str
    same_as_en: bool

    def caption(self, lang: str) -> Caption:
        """The caption a data set hands out: names stand alone, keywords may be joined."""
        return Caption(
            id=f"{self.concept}#{lang}#{NAME if self.kind == NAME else f'kw{self.k}'}",
            subject=self.concept,
            lang=lang,
            text=self.text,
            kind="sentence" if self.kind == NAME else "fragment",
            same_as_source=self.same_as_en,
        )


def load_texts(root: Path, lang: str) -> tuple[Text, ...]:
    """All texts of a language in file order: per concept the name, then the keywords.

    Raises:
        DataError: the table is missing or malformed.
    """
    name = texts(lang)
    rows = read_table(root, name, TEXT_COLUMNS)
    return tuple(_text(name, row, number) for number, row in enumerate(rows, start=2))


def _text(name: str, row: list[str], number: int) -> Text:
    concept, kind, k, text, same = row
    if kind not in (NAME, KEYWORD) or same not in ("0", "1") or not text.strip():
        raise DataError(f"{name}, row {number}: found {','.join(row)}; expected id,name or keyword,k,text,0 or 1")
    return Text(concept, kind, k, text, same == "1")
