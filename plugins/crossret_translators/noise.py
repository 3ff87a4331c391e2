"""``noise:TRANSLATOR``: another translator, some of whose training translations are spoilt; for noise curves."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crossret.contracts.translation import CaptionTranslator, Route, Translation, Translator
from crossret.errors import UsageError, unknown
from crossret_translators.corruption import IN_PLACE, substitute
from crossret_translators.replacements import CorpusWords, Dictionary

if TYPE_CHECKING:
    from crossret.contracts.data import Caption, Dataset

SUBSTITUTE = "substitute"
KINDS = (*IN_PLACE, SUBSTITUTE, "keep-source", "mismatch")

Change = Callable[[str, float, random.Random], str]
Way = Callable[["Caption", Translation, Translation], Translation]


class NoisyTranslator:
    """Spoils a fixed share of the captions, there and back; human queries are left alone.

    Which captions are spoilt depends on their ids and the seed only: a larger share spoils the same ones and more.
    ``drop`` loses words, ``swap`` lets neighbours change places, ``shuffle`` loses all order, ``substitute`` puts other
    words of the same translations (or of a dictionary) in the place of some, ``keep-source`` translates nothing,
    ``mismatch`` gives the translation of another spoilt caption. The back-translation of a spoilt caption is spoilt in
    the same way.

    Args:
        inner: the translator that the name says, built with ``options``.
        dataset: the recipe's data set (given by crossret).
        share: of the captions, 0 to 1.
        kind: one of the above.
        seed: of the choice.
        words: share of the words of a spoilt caption that ``drop``, ``swap`` and ``substitute`` touch, 0 to 1.
        dictionary: file of ``substitute``, with a language, a word and its replacement on every line, between tabs;
            without one, words of the same translations are taken.

    Raises:
        UsageError: a share outside 0 to 1, or an unknown kind.
        DataError: the dictionary is missing or malformed.
    """

    def __init__(
        self,
        inner: Translator,
        dataset: Dataset,
        share: float,
        kind: str = "mismatch",
        seed: int = 0,
        words: float = 0.5,
        dictionary: str = "",
    ) -> None:
        for name, value in (("share", share), ("words", words)):
            if not 0 <= value <= 1:
                raise UsageError(f"translator noise: {name} is {value}; expected 0 to 1")
        if kind not in KINDS:
            raise unknown("kind of noise", kind, KINDS)
        self.inner = inner
        self.source = dataset.source_language
        self.share = share
        self.kind = kind
        self.seed = seed
        self.words = words
        self.dictionary = Dictionary(dictionary) if dictionary else None
        self._clean: dict[tuple[str, str], str] = {}

    def routes(self, source: str, target: str) -> tuple[Route, ...]:
        """Those of the inner translator."""
        return self.inner.routes(source, target)

    def fingerprint(self) -> str:
        """Hash of the inner translator and the noise."""
        dictionary = self.dictionary.fingerprint if self.dictionary else ""
        content = f"noise 2 {self.inner.fingerprint()} {self.share} {self.kind} {self.seed} {self.words} {dictionary}"
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
        """Without noise: a free text is a query."""
        return self.inner.translate(texts, route)

    def translate_captions(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        """The inner translator's answers, some of them spoilt."""
        target = route.hops[-1].target
        if captions and captions[0].lang == self.source:
            answers = self._ask(captions, route)
            self._clean |= {(c.id, target): a.text for c, a in zip(captions, answers, strict=True)}
            return self._spoilt(captions, answers, target)
        if all((caption.id, caption.lang) in self._clean for caption in captions):
            # A spoilt text may be unknown to the inner translator, which is asked about what it said.
            clean = [replace(caption, text=self._clean[caption.id, caption.lang]) for caption in captions]
            return self._spoilt(captions, self._ask(clean, route), target)
        return self._ask(captions, route)

    def _ask(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        if isinstance(self.inner, CaptionTranslator):
            return self.inner.translate_captions(captions, route)
        return self.inner.translate([caption.text for caption in captions], route)

    def _spoilt(self, captions: Sequence[Caption], answers: list[Translation], target: str) -> list[Translation]:
        chosen = [
            index
            for index, (caption, answer) in enumerate(zip(captions, answers, strict=True))
            if answer.status != "failed" and self._generator(caption).random() < self.share
        ]
        spoil = self._way(answers, target)
        found = list(answers)
        for index, following in zip(chosen, [*chosen[1:], *chosen[:1]], strict=True):
            found[index] = spoil(captions[index], answers[index], answers[following])
        return found

    def _way(self, answers: Sequence[Translation], target: str) -> Way:
        """How a caption's answer is spoilt, given that of another one."""
        if self.kind == "mismatch":
            return lambda caption, answer, other: _with_status(other, caption)
        if self.kind == "keep-source":
            return lambda caption, answer, other: replace(answer, text=caption.text, status="copied")
        change = self._change(answers, target)
        return lambda caption, answer, other: _with_status(
            replace(answer, text=change(answer.text, self.words, self._later(caption))), caption
        )

    def _change(self, answers: Sequence[Translation], target: str) -> Change:
        if self.kind != SUBSTITUTE:
            return IN_PLACE[self.kind]
        if self.dictionary:
            return partial(substitute, replacements=self.dictionary.language(target))
        texts = [answer.text for answer in answers if answer.status != "failed"]
        return partial(substitute, replacements=CorpusWords(texts))

    def _later(self, caption: Caption) -> random.Random:
        """The caption's generator, after the choice whether it is spoilt."""
        rng = self._generator(caption)
        rng.random()
        return rng

    def _generator(self, caption: Caption) -> random.Random:
        return random.Random(f"{self.seed}/{caption.id}")


def _with_status(answer: Translation, caption: Caption) -> Translation:
    """The status follows from the caption that gets the answer."""
    return replace(answer, status="copied" if answer.text.casefold() == caption.text.casefold() else "ok")
