"""The cleaning that the published code applies to English captions (method section 1.7)."""

from __future__ import annotations

import re

_OTHER = re.compile(r"[^A-Za-z0-9]+")


def clean_english(text: str) -> str:
    """Letters and digits of ASCII only, lower case, single blanks, a first capital and a full stop.

    ``Player "No. 5" scored!`` → ``Player no 5 scored.``
    """
    return f"{_OTHER.sub(' ', text).strip().lower().capitalize()}."
