"""Texts along a route of hops, reproducibly.

Every distinct text is translated once per hop, in sorted order, in chunks of a fresh process each.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from crossret.contracts.translation import Hop, Translation
from crossret_emoji.builder.answers import FAILED, AnswerStore, Stored
from crossret_emoji.builder.routes import HOPS, Route
from crossret_translators.apertium.engine import ApertiumEngine

# As the shipped table was made: another size of chunks could change an answer.
CHUNK: Final = 1000
_SHUFFLE_SEED: Final = 7


class Translated(NamedTuple):
    """The result of a whole route: ``unknown`` counts distinct marked words on all hops."""

    text: str
    unknown: int
    status: str


class Translator:
    """Translates along routes and keeps every answer."""

    def __init__(self, engine: ApertiumEngine, store: AnswerStore) -> None:
        self._engine = engine
        self._store = store

    def route(self, modes: Route, texts: Sequence[str]) -> list[Translated]:
        """The translations in the order of the texts; a failed hop fails the route."""
        current = [Stored(text, (), "ok") for text in texts]
        unknown: list[set[str]] = [set() for _ in texts]
        for mode in modes:
            answers = self.hop(mode, [step.text for step in current])
            current = [answers[step.text] if step.text else FAILED for step in current]
            for words, step in zip(unknown, current, strict=True):
                words.update(map(str.casefold, step.marked))
        return [
            Translated(step.text, len(words), _status(text, step))
            for text, step, words in zip(texts, current, unknown, strict=True)
        ]

    def hop(self, mode: str, texts: Sequence[str]) -> Mapping[str, Stored]:
        """The answers of one mode by source text, for all texts that are not empty."""
        answers = self._store.of(mode)
        todo = sorted({text for text in texts if text} - answers.keys())
        for start in range(0, len(todo), CHUNK):
            answers.update(self._chunk(mode, todo[start : start + CHUNK]))
        if todo:
            self._store.save()
        return answers

    def _chunk(self, mode: str, texts: Sequence[str]) -> dict[str, Stored]:
        pair = HOPS[mode]
        answers = self._engine.translate_hop(texts, Hop(self._engine.name, pair.source, pair.target, mode))
        return {text: _stored(answer) for text, answer in zip(texts, answers, strict=True)}

    def changed_by_order(self, mode: str, limit: int = 1000) -> dict[str, int]:
        """How many of the first known texts of a mode get another answer if they come in another order."""
        ordered = sorted(self._store.of(mode))[:limit]
        shuffled = list(ordered)
        random.Random(_SHUFFLE_SEED).shuffle(shuffled)
        first = dict(zip(ordered, self._engine.raw(HOPS[mode], ordered), strict=True))
        second = dict(zip(shuffled, self._engine.raw(HOPS[mode], shuffled), strict=True))
        return {"texts": len(ordered), "changed": sum(first[text] != second[text] for text in ordered)}


def _stored(answer: Translation) -> Stored:
    return FAILED if answer.status == "failed" else Stored(answer.text, answer.unknown_words, "ok")


def _status(source: str, last: Stored) -> str:
    if last.status != "ok" or not last.text:
        return "failed"
    return "copied" if last.text.casefold() == source.casefold() else "ok"
