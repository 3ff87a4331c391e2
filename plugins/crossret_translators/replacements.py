"""Where words come from that stand in for others: the same texts, or a dictionary."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from crossret.errors import DataError
from crossret_translators.corruption import bare, words_of

COLUMNS: Final = ("language", "word", "replacement")


class CorpusWords:
    """Other words of the same texts, as often as they stand there.

    Args:
        texts: in one language.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        found = (bare(word) for text in texts for word in words_of(text)[0])
        self._words = sorted(word for word in found if word)
        self._several = len({word.casefold() for word in self._words}) > 1

    def of(self, word: str, rng: random.Random) -> str:
        """Another word than this; the same if there is no other."""
        if not self._several:
            return word
        return next(
            other for other in iter(lambda: rng.choice(self._words), None) if other.casefold() != word.casefold()
        )


class Dictionary:
    """Replacements of a language's words that a file lists; of several for a word, any.

    Args:
        path: UTF-8; a language, a word and what replaces it on every line, between tabs.

    Raises:
        DataError: the file is missing or malformed; the line says where.
    """

    def __init__(self, path: str) -> None:
        content = _content(Path(path))
        self.fingerprint = hashlib.sha256(content.encode()).hexdigest()[:16]
        self._entries: dict[tuple[str, str], list[str]] = {}
        for number, line in enumerate(content.split("\n"), start=1):
            cells = [cell.strip() for cell in line.split("\t")]
            if len(cells) == len(COLUMNS) and all(cells):
                self._entries.setdefault((cells[0], cells[1].casefold()), []).append(cells[2])
            elif line.strip():
                raise DataError(f"{path}:{number}: found {line!r}; expected {', '.join(COLUMNS)} between tabs")

    def language(self, code: str) -> DictionaryWords:
        """What replaces the words of one language."""
        return DictionaryWords({word: others for (lang, word), others in self._entries.items() if lang == code})


class DictionaryWords:
    """Replacements by word, case-folded."""

    def __init__(self, entries: dict[str, list[str]]) -> None:
        self._entries = entries

    def of(self, word: str, rng: random.Random) -> str:
        """One of the word's replacements; the word itself if it has none."""
        return rng.choice(self._entries.get(word.casefold()) or [word])


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}; expected a dictionary: {', '.join(COLUMNS)}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8: {error.reason}") from error
