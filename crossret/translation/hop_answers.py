"""What an engine says to the texts of one hop: asked chunk by chunk, and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, get_args

from crossret.contracts.translation import Engine, Hop, Status, Translation
from crossret.errors import ComponentError
from crossret.makers import blamed, maker_of
from crossret.translation.engine_texts import harmless, is_blank

STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the texts of one hop are.

    Attributes:
        done: texts answered so far, of those that were not known before.
        total: texts that were not known before.
    """

    hop: Hop
    done: int
    total: int


Watch = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """Tells nobody."""


class HopAnswers(Protocol):
    """Where the answers of single hops come from."""

    def of(self, texts: Sequence[str], hop: Hop) -> dict[str, Translation]:
        """One answer for every text.

        Args:
            texts: distinct, ascending, harmless, not blank.
            hop: what is asked.

        Raises:
            ComponentError: the engine does not work, or breaks its contract.
        """
        ...

    def watched(self, watch: Watch) -> HopAnswers:
        """The same answers, with somebody who is told of them."""
        ...


def chunks(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Runs of at most ``size`` texts, in their order."""
    return (texts[start : start + size] for start in range(0, len(texts), max(1, size)))


def ask(engine: Engine, chunk: Sequence[str], hop: Hop) -> dict[str, Translation]:
    """The engine's answers to one chunk, as they are kept.

    Raises:
        ComponentError: the engine does not work, or answers anything but one translation per text.
    """
    with blamed(engine):
        answers = engine.translate_hop(chunk, hop)
    where = f"{maker_of(engine)}, {hop.source} → {hop.target}{f' ({hop.mode})' if hop.mode else ''}"
    if len(answers) != len(chunk):
        raise ComponentError(f"{where}: expected {len(chunk)} answers, one per text; found {len(answers)}")
    return {text: _checked(text, answer, where) for text, answer in zip(chunk, answers, strict=True)}


def _checked(text: str, answer: object, where: str) -> Translation:
    if not isinstance(answer, Translation):
        raise ComponentError(f"{where}: expected a Translation of {text!r}, found {answer!r}")
    if answer.status not in STATUSES:
        expected = ", ".join(STATUSES)
        raise ComponentError(f"{where}: expected one of {expected} for {text!r}, found status {answer.status!r}")
    if answer.status == "failed":
        return Translation("", "failed")
    kept = harmless(answer.text)
    if is_blank(kept):
        raise ComponentError(
            f"{where}: expected a translation of {text!r} or status 'failed', found {answer.text!r} with status "
            f"{answer.status!r}"
        )
    alternatives = [(harmless(other), score) for other, score in answer.alternatives]
    return replace(
        answer,
        text=kept,
        status="copied" if kept.casefold() == text.casefold() else "ok",
        unknown_words=tuple(harmless(word) for word in answer.unknown_words),
        alternatives=tuple(other for other in alternatives if not is_blank(other[0])),
        pivots=(),
    )
