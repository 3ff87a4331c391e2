"""Words as they are compared."""

from __future__ import annotations


def bare(word: str) -> str:
    """A word case-folded, without punctuation at its ends; one without a letter or digit as it is."""
    letters = [index for index, character in enumerate(word) if character.isalnum()]
    return word[letters[0] : letters[-1] + 1].casefold() if letters else word
