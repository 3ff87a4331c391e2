"""Translators: texts in one language in, texts in another out, with what the engine knows about its own doubts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from crossret.contracts.data import Caption

Status = Literal["ok", "copied", "failed"]


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a route: ``engine`` turns ``source`` into ``target`` (BCP-47 codes)."""

    engine: str
    source: str
    target: str
    mode: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """How a language pair is reached; pivots are the inner ends of the hops."""

    hops: tuple[Hop, ...]

    def fingerprint(self) -> str:
        """Hash of every hop."""
        return hashlib.sha256(repr(self.hops).encode()).hexdigest()[:16]

    def __str__(self) -> str:
        """``en → es → pt (engine)``."""
        ends = [self.hops[0].source, *(hop.target for hop in self.hops)]
        return f"{' → '.join(ends)} ({', '.join(dict.fromkeys(hop.engine for hop in self.hops))})"


@dataclass(frozen=True, slots=True)
class Translation:
    """The answer for one text.

    Attributes:
        text: the translation; empty only if ``status`` is ``failed``.
        status: ``copied`` if the output equals the input, case-folded.
        unknown: number of words the engine marked as unknown on any hop; 0 if it cannot tell.
        score: the engine's own score, never invented.
    """

    text: str
    status: Status
    unknown: int = 0
    score: float | None = None


@runtime_checkable
class Translator(Protocol):
    """Turns texts of one language into another; pivoting lives in the route."""

    def routes(self, source: str, target: str) -> tuple[Route, ...]:
        """Ways from ``source`` to ``target``, best first; empty if there is none."""
        ...

    def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
        """One answer per text, in the order of the texts.

        Raises:
            DataError: a text is empty, or the engine answers out of step.
        """
        ...

    def fingerprint(self) -> str:
        """Hash of everything that the answers depend on."""
        ...


@runtime_checkable
class CaptionTranslator(Translator, Protocol):
    """A translator that may answer equal texts of different captions differently."""

    def translate_captions(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        """One answer per caption, in their order; ``failed`` for a caption without one."""
        ...
