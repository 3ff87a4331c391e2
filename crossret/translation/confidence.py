"""How far a translation can be trusted, as a number in (0, 1]."""

from __future__ import annotations

from collections import Counter

from crossret.contracts.translation import Translation

# A pair that counted nothing would only be a sample less.
LEAST = 0.05
LONGEST_GRAM = 4


def share_known(source: str, translation: Translation) -> float:
    """Share of the source's words that the engine knew, as if one more had been known: (1 + known) / (1 + words)."""
    words = len(source.split())
    return (1 + max(0, words - translation.unknown)) / (1 + words)


def round_trip(source: str, back: Translation | None) -> float:
    """How much of a text comes back: the likeness of its back-translation to it; least if there is none."""
    if back is None or back.status == "failed":
        return LEAST
    return max(LEAST, likeness(source, back.text))


def likeness(first: str, second: str) -> float:
    """How alike two texts are written, 0 to 1: F1 of their character n-grams, mean over n = 1 to 4.

    As chrF (Popović, WMT 2015) with β = 1, case-folded, spaces left out; lengths that neither text has are left out.
    """
    one, other = ("".join(text.casefold().split()) for text in (first, second))
    found = [_f1(one, other, n) for n in range(1, LONGEST_GRAM + 1) if max(len(one), len(other)) >= n]
    return sum(found) / len(found) if found else 1.0


def _f1(first: str, second: str, n: int) -> float:
    one, other = _grams(first, n), _grams(second, n)
    return 2 * (one & other).total() / (one.total() + other.total())


def _grams(text: str, n: int) -> Counter[str]:
    return Counter(text[i : i + n] for i in range(len(text) - n + 1))
