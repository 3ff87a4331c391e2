"""Ways to spoil a translation, each a function of the text and a random generator."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Protocol


class Replacements(Protocol):
    """Where the words come from that stand in for others."""

    def of(self, word: str, rng: random.Random) -> str:
        """A word in the place of another; the same if there is none."""
        ...


def drop(text: str, share: float, rng: random.Random) -> str:
    """Words are lost, each with the probability ``share``; at least one stays."""
    words, joint = words_of(text)
    kept = [word for word in words if rng.random() >= share]
    return joint.join(kept or [rng.choice(words)])


def swap(text: str, share: float, rng: random.Random) -> str:
    """Neighbours change places, each pair from the left with the probability ``share``; none moves twice."""
    words, joint = words_of(text)
    at = 0
    while at + 1 < len(words):
        if rng.random() < share:
            words[at], words[at + 1] = words[at + 1], words[at]
            at += 1
        at += 1
    return joint.join(words)


def shuffle(text: str, share: float, rng: random.Random) -> str:
    """All words stay, in random order, whatever the share."""
    words, joint = words_of(text)
    rng.shuffle(words)
    return joint.join(words)


def substitute(text: str, share: float, rng: random.Random, replacements: Replacements) -> str:
    """Words become others, each with the probability ``share``; punctuation around them stays."""
    words, joint = words_of(text)
    return joint.join(_replaced(word, rng, replacements) if rng.random() < share else word for word in words)


def words_of(text: str) -> tuple[list[str], str]:
    """Words and what joins them; the characters of a text without spaces."""
    words = text.split()
    return (words, " ") if len(words) > 1 else (list(text.strip()), "")


def bare(word: str) -> str:
    """A word without the punctuation around it; empty if it is nothing else."""
    first, last = _bounds(word)
    return word[first:last]


def _replaced(word: str, rng: random.Random, replacements: Replacements) -> str:
    first, last = _bounds(word)
    if first == last:
        return word
    return word[:first] + replacements.of(word[first:last], rng) + word[last:]


def _bounds(word: str) -> tuple[int, int]:
    letters = [at for at, character in enumerate(word) if character.isalnum()]
    return (letters[0], letters[-1] + 1) if letters else (0, 0)


IN_PLACE: Mapping[str, Callable[[str, float, random.Random], str]] = {"drop": drop, "swap": swap, "shuffle": shuffle}
