"""The engine's stream format: one numbered record per text.

A record is the escaped text, a forced sentence end, a superblank with its number, and a null byte. Nothing that a text
holds can end its record or open another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SPECIAL = re.compile(r"([\^$/\[\]{}\\@<>])")
# The last two of every plane are no characters: the engine takes U+FFFF for the end of its input.
_NO_CHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
# With control characters, line and paragraph separators, and surrogates, which UTF-8 cannot express.
_CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]+")
_NUMBER = re.compile(r"\[#(\d+)\]\s*$")
_ANOTHER = re.compile(r"(?<!\\)\[#\d+\]")
_END = re.compile(r"(\.?\[\])?(\[\n\])?\s*$")
_TOKEN = re.compile(r"\\(.)|\[(?:\\.|[^\]\\])*\]?|(.)", re.DOTALL)


def plain(text: str) -> str:
    """The text on one line in normal form C, spaces for what is no printable character; may be empty."""
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", text).strip())


def escape(text: str) -> str:
    """The plain text with everything quoted that the format gives a meaning."""
    return _SPECIAL.sub(r"\\\1", plain(text))


def unescape(text: str) -> str:
    """Drop superblanks and the forced sentence end, and undo the quoting."""
    return "".join(token[1] or token[2] or "" for token in _TOKEN.finditer(_END.sub("", text)))


def encode(texts: Iterable[str]) -> bytes:
    """The texts as records, numbered from 0."""
    return "".join(f"{escape(text)}.[][#{number}]\0" for number, text in enumerate(texts)).encode()


def decode(stream: bytes) -> list[str]:
    """The answers up to the first record that is missing, damaged or out of order; nothing behind it can be trusted.

    An answer may be blank. The engine ends its output with empty records, which mean nothing.
    """
    answers: list[str] = []
    for record in stream.decode("utf-8", "replace").split("\0"):
        if not record.strip():
            continue
        number = _NUMBER.search(record)
        body = record[: number.start()] if number else record
        if number is None or int(number[1]) != len(answers) or _ANOTHER.search(body):
            break
        answers.append(unescape(body))
    return answers
