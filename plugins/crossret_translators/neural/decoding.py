"""What a user may choose about decoding, and what becomes of the hypotheses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crossret.contracts.translation import Status, Translation
from crossret.errors import UsageError

FAILED = Translation("", "failed")


@dataclass(frozen=True, slots=True)
class Decoding:
    """Beam search.

    Attributes:
        beam: hypotheses that are followed; 1 is greedy search.
        alternatives: further translations to give.
        most_tokens: of a text, and of its translation. A longer text, or a translation that has not ended by then, is
            ``failed``: nothing is cut.
        batch_tokens: how many tokens, padding included, are computed at once.

    Raises:
        UsageError: a value is out of range.
    """

    beam: int
    alternatives: int
    most_tokens: int
    batch_tokens: int

    def __post_init__(self) -> None:
        for name, least in (("beam", 1), ("alternatives", 0), ("most_tokens", 1), ("batch_tokens", 1)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} is {getattr(self, name)}; expected at least {least}")
        if self.alternatives >= self.beam:
            raise UsageError(
                f"alternatives is {self.alternatives}, but a beam of {self.beam} finds at most {self.beam - 1}; "
                f"expected beam to be {self.alternatives + 1} or more"
            )

    def fingerprint(self, protocol: str) -> str:
        """Hash of what answers depend on, and of the way an engine is asked."""
        content = f"{protocol} {self.beam} {self.alternatives} {self.most_tokens}"
        return hashlib.sha256(content.encode()).hexdigest()[:16]


class Hypothesis(NamedTuple):
    """One way to translate a text.

    Attributes:
        text: of the translation.
        score: the engine's own, higher is better.
        ended: whether the model ended it itself.
    """

    text: str
    score: float
    ended: bool


def to_translation(source: str, hypotheses: Sequence[Hypothesis]) -> Translation:
    """The best hypothesis, the others as alternatives as far as they are distinct, ended and not blank.

    ``failed`` if the best has not ended or is blank.
    """
    best = hypotheses[0]
    text = best.text.strip()
    if not best.ended or not text:
        return FAILED
    others: dict[str, float | None] = {}
    for other in hypotheses[1:]:
        said = other.text.strip()
        if other.ended and said and said != text:
            others.setdefault(said, other.score)
    status: Status = "copied" if text.casefold() == source.casefold() else "ok"
    return Translation(text, status, score=best.score, alternatives=tuple(others.items()))
