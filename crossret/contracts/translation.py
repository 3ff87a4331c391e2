"""Translators: texts in one language in, texts in another out, with what the engine knows about its own doubts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from crossret.contracts.data import Caption

Status = Literal["ok", "copied", "failed"]


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a route: ``engine`` turns ``source`` into ``target`` (BCP-47 codes).

    Attributes:
        mode: the engine's own name for the pair, e.g. ``eng-cat``.
        version: what identifies program and data of this hop: another version is another hop.
    """

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
        unknown_words: those words as they stand in the text, where the engine tells which.
        alternatives: further translations, best first, each with its score.
        pivots: the texts between the hops; empty for a single hop.
    """

    text: str
    status: Status
    unknown: int = 0
    score: float | None = None
    unknown_words: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, float | None], ...] = ()
    pivots: tuple[str, ...] = ()


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


@runtime_checkable
class Engine(Protocol):
    """A machine translation engine: single hops. crossret finds routes over them, and caches each hop's answers.

    Built as ``Component(**options)``. An engine that can give further translations takes the option ``alternatives``.

    Attributes:
        name: as in :attr:`Hop.engine`.
        chunk: how many texts it likes to be given at once; answers are stored chunk by chunk.
        most_characters: longer texts are not given to it; they are ``failed``.
        order_sensitive: whether an answer may depend on the texts before it. Then the first stored answer is the truth.
    """

    name: str
    chunk: int
    most_characters: int
    order_sensitive: bool

    def hops(self) -> tuple[Hop, ...]:
        """Every hop it can take here and now.

        Raises:
            ComponentError: the engine is not installed; the line says how to install it.
        """
        ...

    def paths(self, source: str, target: str) -> tuple[tuple[str, ...], ...]:
        """Sequences of languages known to serve a pair well, best first, both ends included; empty: the shortest."""
        ...

    def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
        """One answer per text, in the order of the texts, which are distinct, not blank, and in normal form C.

        A text that the engine cannot translate is ``failed``, and costs no other text its answer.

        Raises:
            ComponentError: the engine as a whole does not work; nothing of the chunk is stored.
        """
        ...

    def fingerprint(self) -> str:
        """Hash of options and protocol: whatever the answers depend on beside :attr:`Hop.version`."""
        ...

    def close(self) -> None:
        """Stop programs and free models; the engine may be used again."""
        ...


@runtime_checkable
class DocumentedEngine(Engine, Protocol):
    """An engine that can say more about itself than it must."""

    def provenance(self, hop: Hop) -> Mapping[str, object]:
        """Values for JSON: programs, data, options, protocol and licence behind the answers of a hop.

        Raises:
            ComponentError: the engine or what the hop needs is not installed.
        """
        ...

    def advice(self, source: str, target: str) -> str:
        """What to install so that a pair can be reached, as the end of an error line; empty if nothing would help.

        Raises:
            ComponentError: the engine is not installed.
        """
        ...
