"""Texts as engines are given them, and as their answers are kept."""

from __future__ import annotations

import re
import unicodedata

# Control characters, and the separators that end a line for some programs.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BLANKS = re.compile(r" {2,}")


def harmless(text: str) -> str:
    """The text in normal form C, on one line.

    Control characters, NUL and line separators become blanks, lone surrogates U+FFFD; of blanks one is left, none at
    the ends.
    """
    found = _SURROGATES.sub("\ufffd", _CONTROLS.sub(" ", text))
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", found)).strip(" ")


def is_blank(text: str) -> bool:
    """Whether nothing of it could be seen: separators, controls and format characters only."""
    return all(_invisible(character) for character in text)


def _invisible(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "Z" or category in ("Cc", "Cf", "Cs")
