"""Cleaning the engine's answers: its marks for unknown words, and capitals it puts at a sentence start."""

from __future__ import annotations

import re
from typing import NamedTuple

# * not in the dictionary, @ no translation, # cannot be inflected
_MARKS = "*@#"
_POSTGENERATOR = "~"
_OPENING = "(\"'“”„«»‘’¿¡\\@#"


class Answer(NamedTuple):
    """A cleaned text and the words that were marked in it."""

    text: str
    marked: tuple[str, ...]


def tidy(source: str, raw: str) -> Answer:
    """Take the marks out of an answer and give it the capitals of its source."""
    text = " ".join(raw.split())
    if _POSTGENERATOR not in source:
        text = text.replace(_POSTGENERATOR, "")
    answer = strip_marks(source, without_sentence_capital(source, text))
    if source[:1].isupper() and answer.text[:1].islower():
        return Answer(answer.text[0].upper() + answer.text[1:], answer.marked)
    return answer


def strip_marks(source: str, text: str) -> Answer:
    """Take out the marks, save those characters that the source holds itself."""
    marks = re.escape("".join(mark for mark in _MARKS if mark not in source))
    if not marks:
        return Answer(text, ())
    word = re.compile(rf"[{marks}]\\?@?(\w[\w'’\-]*)")
    marked = tuple(word.findall(text))
    # '#' can also stand inside a multiword.
    return Answer(re.sub(rf"(?<=\w)[{marks}]", "", word.sub(r"\1", text)), marked)


def without_sentence_capital(source: str, text: str) -> str:
    """Undo the capital that some pairs put on the first word they could translate."""
    first = next((char for char in source if char.isalpha()), "")
    if not first.islower():
        return text
    copied = set(re.split(r"[\s\-/]+", source))
    for match in re.finditer(r"[^\s\-/]+", text):
        word = match.group().lstrip(_OPENING)
        if word.startswith("*") or word in copied or not any(map(str.isalpha, word)):
            continue
        start = match.end() - len(word)
        if word[0].isupper() and not any(map(str.isupper, word[1:])):
            return text[:start] + word[0].lower() + text[start + 1 :]
        return text
    return text
