"""When two captions count as the same text."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
# Scripts that are written without blanks between words: Han, kana, Thai, Lao, Myanmar, Khmer.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")


def normalised(text: str) -> str:
    """Words in compatible form (NFKC) and case-folded, one blank between them; punctuation does not count.

    A text without a letter or digit stays as it is, but for its form and outer blanks.
    """
    folded = _folded(text)
    return " ".join(_WORD.findall(folded)) or folded.strip()


def tokens(text: str) -> frozenset[str]:
    """Its words; of a word in a script without blanks, its pairs of neighbouring characters."""
    return frozenset(part for word in _WORD.findall(_folded(text)) for part in _parts(word))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _parts(word: str) -> list[str]:
    if len(word) < 3 or not _UNSPACED.search(word):
        return [word]
    return [word[place : place + 2] for place in range(len(word) - 1)]
