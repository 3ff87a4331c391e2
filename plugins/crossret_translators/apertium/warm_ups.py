"""Texts that every process translates before the ones that count.

The state of the tagger outlives a record, so that a translation may depend on those before it; behind a fixed list it
hardly does. ``warm_up/README.md`` says where the lists come from.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).with_name("warm_up")
# Languages that share the list of another.
_SHARED: Final = {"bs": "hr", "sr": "hr", "pt-BR": "pt"}


@cache
def warm_up(language: str) -> tuple[str, ...]:
    """The list of a source language."""
    text = (_FOLDER / f"{_SHARED.get(language, language)}.txt").read_text(encoding="utf-8")
    return tuple(text.split("\n")[:-1])


def digest(language: str) -> str:
    """SHA-256 of a language's list, its lines joined by line feeds."""
    return hashlib.sha256("\n".join(warm_up(language)).encode()).hexdigest()


@cache
def digest_of_all() -> str:
    """SHA-256 of every list."""
    every = hashlib.sha256()
    for path in sorted(_FOLDER.glob("*.txt")):
        every.update(path.read_bytes())
    return every.hexdigest()
