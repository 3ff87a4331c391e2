"""Human captions: one per photo and language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crossret.contracts.data import Caption
from crossret.errors import DataError
from crossret_datasets.photos.layout import CAPTION_COLUMNS, CAPTIONS, SOURCE, captions_file
from crossret_datasets.photos.tables import read_rows

Key = tuple[str, str, int]
"""Photo id, caption protocol, number of the caption."""


def caption_id(photo: str, lang: str, protocol: str, number: int) -> str:
    """Unique in the data set."""
    return f"{photo}/{lang}/{protocol}/{number}"


def key_of_caption(identifier: str) -> tuple[str, Key]:
    """Language and key of :func:`caption_id`."""
    photo, lang, protocol, number = identifier.split("/")
    return lang, (photo, protocol, int(number))


def read_captions(root: Path, lang: str) -> dict[str, Caption]:
    """The first caption of each photo, by photo id.

    Raises:
        DataError: the file is missing or malformed, or a caption number is no number.
    """
    protocol = CAPTIONS[lang]
    return {
        photo: Caption(caption_id(photo, lang, protocol, 0), photo, lang, text)
        for (photo, found, number), text in read_texts(root, lang).items()
        if found == protocol and number == 0
    }


def read_texts(root: Path, lang: str) -> dict[Key, str]:
    """Every caption of a language.

    Raises:
        DataError: the file is missing or malformed, or a caption number is no number.
    """
    path = root / captions_file(lang)
    texts: dict[Key, str] = {}
    for number, row in read_rows(path, CAPTION_COLUMNS):
        texts[row["id"], row["protocol"], _number(path, number, row["k"])] = row["text"]
    return texts


def _number(path: Path, line: int, value: str) -> int:
    if not value.isdecimal():
        raise DataError(f"{path}:{line}: k is {value!r}; expected the number of the caption")
    return int(value)


def same_sentence(root: Path, among: str) -> Mapping[Key, Key]:
    """The English caption of each photo → the same sentence in another caption protocol, if it is there."""
    texts = read_texts(root, SOURCE)
    numbered = {(photo, text): (photo, found, k) for (photo, found, k), text in texts.items() if found == among}
    own = CAPTIONS[SOURCE]
    return {key: numbered[key[0], text] for key, text in texts.items() if key[1] == own and (key[0], text) in numbered}
