"""Captions as a reader finds them, and as a data set hands them out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crossret.contracts.data import Caption
from crossret.errors import DataError


@dataclass(frozen=True, slots=True)
class Text:
    """One caption of an item; ``key`` tells it from the item's others in its language."""

    item: str
    key: str
    text: str


def numbered(pairs: Iterable[tuple[str, str]]) -> tuple[Text, ...]:
    """Items and their captions; the key counts the captions of an item from 0."""
    count: dict[str, int] = {}
    found = []
    for item, text in pairs:
        number = count.get(item, 0)
        count[item] = number + 1
        found.append(Text(item, str(number), text))
    return tuple(found)


def to_captions(texts: Iterable[Text], lang: str, source: Iterable[Text]) -> tuple[Caption, ...]:
    """Captions; those that equal a source-language text of their item, case-folded, are marked."""
    same = {(text.item, text.text.casefold()) for text in source}
    return tuple(
        Caption(
            id=f"{text.item}#{lang}#{text.key}",
            subject=text.item,
            lang=lang,
            text=text.text,
            same_as_source=(text.item, text.text.casefold()) in same,
        )
        for text in texts
    )


def stripped(where: str, text: object) -> str:
    """A caption without blanks at its ends.

    Raises:
        DataError: it is no text, or nothing is left.
    """
    if not isinstance(text, str):
        raise DataError(f"{where}: found {text!r}; expected a caption")
    if not text.strip():
        raise DataError(f"{where}: found an empty caption; expected a text")
    return text.strip()
