"""The engine's stream format: one record per text, answered in any order.

A record is the escaped text, a forced sentence end, a superblank with its number, and a null byte.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SPECIAL = re.compile(r"([\^$/\[\]{}\\@<>])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\x85]+")
_NUMBER = re.compile(r"\[#(\d+)\]\s*$")
_END = re.compile(r"(\.?\[\])?(\[\n\])?\s*$")
_TOKEN = re.compile(r"\\(.)|\[(?:\\.|[^\]\\])*\]?|(.)", re.DOTALL)


def encode(texts: Iterable[str]) -> bytes:
    """The texts as numbered records."""
    return "".join(f"{escape(text)}.[][#{number}]\0" for number, text in enumerate(texts)).encode()


def decode(stream: bytes) -> dict[int, str]:
    """The answers by number; records without a number are lost."""
    answers = {}
    for record in stream.decode("utf-8", "replace").split("\0"):
        number = _NUMBER.search(record)
        if number:
            answers[int(number[1])] = unescape(record[: number.start()])
    return answers


def escape(text: str) -> str:
    """Quote what the format gives a meaning; control characters become spaces."""
    return _SPECIAL.sub(r"\\\1", unicodedata.normalize("NFC", _CONTROL.sub(" ", text).strip()))


def unescape(text: str) -> str:
    """Drop superblanks and the forced sentence end, and undo the quoting."""
    return "".join(token[1] or token[2] or "" for token in _TOKEN.finditer(_END.sub("", text)))
