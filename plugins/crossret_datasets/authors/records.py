"""Recorded machine translations, found by visual id and caption number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from crossret.contracts.data import Caption
from crossret.contracts.translation import Status, Translation
from crossret.errors import DataError
from crossret_datasets.authors.cleaning import clean_english
from crossret_datasets.authors.collection import Collection
from crossret_datasets.authors.layouts import SOURCE, Role

FAILED = Translation("", "failed")


class CaptionId(NamedTuple):
    """Where a caption stands; unique inside a data set."""

    protocol: str
    split: str
    visual: str
    lang: str
    k: int

    def __str__(self) -> str:
        """``task1/val/9010#de#0``."""
        return f"{self.protocol}/{self.split}/{self.visual}#{self.lang}#{self.k}"

    @classmethod
    def parsed(cls, text: str) -> CaptionId:
        """Read it back.

        Raises:
            DataError: it is no id of such a data set.
        """
        try:
            protocol, split, rest = text.split("/", 2)
            visual, lang, k = rest.rsplit("#", 2)
            return cls(protocol, split, visual, lang, int(k))
        except ValueError as error:
            raise DataError(f"caption id {text!r}; expected '<protocol>/<split>/<visual id>#<lang>#<k>'") from error


def recorded(
    collection: Collection,
    captions: Sequence[Caption],
    source: str,
    target: str,
    cleans: Callable[[str], bool],
) -> list[Translation]:
    """One answer per caption.

    Args:
        collection: the files.
        captions: human captions; for a back-translation, translations with the ids of their source captions.
        source: language of the texts.
        target: language of the answers.
        cleans: whether English is cleaned in a split.

    Raises:
        DataError: a file is missing or malformed.
    """
    files: dict[tuple[str, str, Role], dict[tuple[str, int], str]] = {}
    answers = []
    for caption in captions:
        place = CaptionId.parsed(caption.id)
        role: Role = "forward" if source == SOURCE else "back" if place.lang == SOURCE else "queries"
        key = (place.protocol, place.split, role)
        if key not in files:
            lines = collection.lines(place.protocol, place.split, role, target if source == SOURCE else source)
            files[key] = {(line.visual, line.k): line.text for line in lines}
        text = files[key].get((place.visual, place.k))
        if text is not None and role == "queries" and cleans(place.split):
            text = clean_english(text)
        answers.append(_answer(caption.text, text))
    return answers


def _answer(asked: str, text: str | None) -> Translation:
    if text is None:
        return FAILED
    status: Status = "copied" if text.casefold() == asked.casefold() else "ok"
    return Translation(text, status)
