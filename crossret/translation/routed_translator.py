"""An engine of single hops as a translator: routes, and texts taken hop by hop."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from crossret.contracts.translation import DocumentedEngine, Engine, Route, Translation
from crossret.translation.engine_texts import harmless, is_blank
from crossret.translation.hop_answers import HopAnswers, Watch
from crossret.translation.routing import Network
from crossret.translation.words import bare

FAILED = Translation("", "failed")


@dataclass(frozen=True)
class RoutedTranslator:
    """Follows :class:`crossret.contracts.translation.Translator` over an engine's hops.

    Attributes:
        answers: where the answers of single hops come from: the engine, or a cache before it.
    """

    engine: Engine
    answers: HopAnswers

    @cached_property
    def network(self) -> Network:
        """The languages that the engine's hops connect.

        Raises:
            ComponentError: the engine is not installed.
        """
        return Network(self.engine.hops())

    def routes(self, source: str, target: str) -> tuple[Route, ...]:
        """The paths that the engine knows to serve the pair well, then the shortest."""
        return self.network.routes(source, target, self.engine.paths(source, target))

    def without_route(self, source: str, target: str) -> str:
        """What an error about a pair without a route says: the nearest pairs, and what to install."""
        reason = f"{self.engine.name}: {self.network.without_route(source, target)}"
        advice = self.engine.advice(source, target) if isinstance(self.engine, DocumentedEngine) else ""
        return f"{reason}; {advice}" if advice else reason

    def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
        """One answer per text; blank ones and those longer than the engine takes are ``failed`` without asking it.

        Unknown words of all hops are counted, a word once; those that still stand in the answer are told. Score and
        alternatives are those of the last hop.

        Raises:
            ComponentError: the engine does not work, or breaks its contract.
        """
        prepared = [harmless(text) for text in texts]
        found = self._translated(sorted(set(prepared)), route)
        return [found[text] for text in prepared]

    def watched(self, watch: Watch) -> RoutedTranslator:
        """The same translator, with somebody who is told how far its hops are."""
        return replace(self, answers=self.answers.watched(watch))

    def fingerprint(self) -> str:
        """Hash of the engine and its options; versions stand in the routes."""
        return hashlib.sha256(f"{self.engine.name} {self.engine.fingerprint()}".encode()).hexdigest()[:16]

    def _translated(self, texts: Sequence[str], route: Route) -> dict[str, Translation]:
        steps: dict[str, list[Translation]] = {text: [] for text in texts}
        current = {text: text for text in texts}
        for hop in route.hops:
            asked = sorted({text for text in current.values() if self._can_be_asked(text)})
            answers = self.answers.of(asked, hop) if asked else {}
            reached = {text: answers.get(at, FAILED) for text, at in current.items()}
            for text, answer in reached.items():
                steps[text].append(answer)
            current = {text: answer.text for text, answer in reached.items() if answer.status != "failed"}
        return {text: _joined(text, taken) if text in current else FAILED for text, taken in steps.items()}

    def _can_be_asked(self, text: str) -> bool:
        return not is_blank(text) and len(text) <= self.engine.most_characters


def _joined(text: str, steps: Sequence[Translation]) -> Translation:
    """The answers of the hops as one."""
    last = steps[-1]
    told = {bare(word): word for step in steps for word in step.unknown_words}
    untold = sum(max(0, step.unknown - len(step.unknown_words)) for step in steps)
    standing = {bare(word) for word in last.text.split()}
    return replace(
        last,
        status="copied" if last.text.casefold() == text.casefold() else "ok",
        unknown=len(told) + untold,
        unknown_words=tuple(word for key, word in told.items() if standing.issuperset(key.split())),
        pivots=tuple(step.text for step in steps[:-1]),
    )
