"""Serbian Cyrillic to Latin: the engine reads Serbo-Croatian in Latin letters only."""

from __future__ import annotations

from typing import Final

_CYRILLIC: Final = "абвгдђежзијклљмнњопрстћуфхцчџш"
_LATIN: Final = "a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š"
_LETTERS: Final = dict(zip(_CYRILLIC, _LATIN.split(), strict=True))


def latin(text: str) -> str:
    """The text in Latin letters; other characters stay."""
    return "".join(map(_letter, text))


def _letter(char: str) -> str:
    letter = _LETTERS.get(char.lower(), char)
    return letter.capitalize() if char.isupper() and char.lower() in _LETTERS else letter
