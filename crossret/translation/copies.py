"""How much of a translation is no translation: words that stand in the source, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crossret.data.normal_text import tokens

# Shorter words are often the same in two languages by chance or by kinship.
LETTERS_OF_A_COPY: Final = 4


@dataclass(frozen=True, slots=True)
class Copies:
    """Shares of 1.

    Attributes:
        texts: how many were looked at.
        whole: translations that equal their source, case-folded.
        words: of the words of at least four letters in the translations, those that stand in their source, too;
            ``None`` if no translation has any.
    """

    texts: int
    whole: float
    words: float | None


def copies_in(pairs: Iterable[tuple[str, str]]) -> Copies:
    """Count over pairs of a source text and its translation."""
    texts = whole = copied = long_words = 0
    for source, translation in pairs:
        long = {word for word in tokens(translation) if len(word) >= LETTERS_OF_A_COPY}
        texts, whole = texts + 1, whole + (source.casefold() == translation.casefold())
        copied, long_words = copied + len(long & tokens(source)), long_words + len(long)
    return Copies(texts, whole / max(1, texts), copied / long_words if long_words else None)
