"""Ways to spoil a translation, each a function of the text and a random generator."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

DROPPED_SHARE = 0.5


def drop(text: str, rng: random.Random) -> str:
    """Every second word is lost, at random; at least one stays."""
    words, joint = _words(text)
    kept = [word for word in words if rng.random() >= DROPPED_SHARE]
    return joint.join(kept or [rng.choice(words)])


def shuffle(text: str, rng: random.Random) -> str:
    """All words stay, in random order."""
    words, joint = _words(text)
    rng.shuffle(words)
    return joint.join(words)


def _words(text: str) -> tuple[list[str], str]:
    """Words and what joins them; the characters of a text without spaces."""
    words = text.split()
    return (words, " ") if len(words) > 1 else (list(text.strip()), "")


IN_PLACE: Mapping[str, Callable[[str, random.Random], str]] = {"drop": drop, "shuffle": shuffle}
