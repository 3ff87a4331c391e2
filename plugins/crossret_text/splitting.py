"""Splits a text of any script into words, without a vocabulary."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Literal

CharacterClass = Literal["letter", "spaceless", "joiner", "other"]

# Scripts written without spaces between words: each character is a token, as nothing here can segment them.
SPACELESS: tuple[tuple[int, int], ...] = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xA9E0, 0xA9FF),  # Myanmar, extension B
    (0xAA60, 0xAA7F),  # Myanmar, extension A
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x3FFFF),  # Han, further extensions
)


def normalise(text: str) -> str:
    """NFKC, case-folded: what differs in width, composition or case only becomes equal."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=16384)
def character_class(character: str) -> CharacterClass:
    """What a character does to the word before it.

    Combining marks are joiners: the vowel signs of Indic scripts are marks, not letters. So are the zero-width joiners.
    """
    category = unicodedata.category(character)
    if category[0] == "M" or character in "\u200c\u200d":
        return "joiner"
    if category[0] not in "LN" and character != "_":
        return "other"
    code = ord(character)
    return "spaceless" if any(low <= code <= high for low, high in SPACELESS) else "letter"


@lru_cache(maxsize=65536)
def split_words(chunk: str) -> tuple[str, ...]:
    """The words of a chunk without white space; empty if it holds neither letters nor digits."""
    words: list[str] = []
    previous: CharacterClass = "other"
    for character in chunk:
        current = character_class(character)
        if current == "joiner":
            if previous != "other":
                words[-1] += character
            continue
        if current == "letter" and previous == "letter":
            words[-1] += character
        elif current != "other":
            words.append(character)
        previous = current
    return tuple(words)


def split_symbols(chunk: str) -> tuple[str, ...]:
    """Every character of a chunk, with the marks and variation selectors that follow it."""
    symbols: list[str] = []
    for character in chunk:
        if symbols and character_class(character) == "joiner":
            symbols[-1] += character
        else:
            symbols.append(character)
    return tuple(symbols)


def split_text(text: str) -> tuple[str, ...]:
    """The words of a text, or its symbols if it has no word; empty only if it is blank."""
    chunks = normalise(text).split()
    words = tuple(word for chunk in chunks for word in split_words(chunk))
    return words or tuple(symbol for chunk in chunks for symbol in split_symbols(chunk))
