"""The quality of a translator on a data set: out of the source language, home, and there and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crossret.contracts.baseline import Baseline
from crossret.contracts.data import Caption, Dataset
from crossret.contracts.translation import Route, Translator
from crossret.errors import DataError
from crossret.translation.figures import Figures, figures_of
from crossret.translation.parts import Watch, translated, translated_back
from crossret.translation.references import kind_of, references
from crossret.translation.untranslated import Untranslated, described, untranslated_queries, untranslated_translations


@dataclass(frozen=True)
class Surveyed:
    """What is measured on which captions.

    Attributes:
        split: whose source captions are translated, there and back.
        asked: whose human captions in other languages are translated into the source language.
        sample: only captions of so many subjects, always the same ones; ``None``: all.
        every_route: measure all routes, not only the best one.
    """

    dataset: Dataset
    protocol: str
    split: str
    asked: str
    sample: int | None = None
    every_route: bool = False

    def sentences(self, split: str, lang: str) -> tuple[Caption, ...]:
        """Human sentences of a split; of the sampled subjects."""
        found = [c for c in self.dataset.captions(self.protocol, split, lang) if c.kind == "sentence"]
        if self.sample is None:
            return tuple(found)
        drawn = sorted(self.dataset.split(self.protocol, split).subjects(), key=_draw)[: self.sample]
        return tuple(caption for caption in found if caption.subject in set(drawn))


@dataclass(frozen=True)
class Row:
    """Figures of one route, and what the text in the other language gives away untranslated."""

    split: str
    figures: Figures
    untranslated: Untranslated | None


@dataclass(frozen=True)
class Unmeasured:
    """What could not be measured, and why."""

    what: str
    why: str


def survey(
    surveyed: Surveyed, languages: Sequence[str], translator: Translator, baseline: Baseline, watch: Watch
) -> Iterator[Row | Unmeasured]:
    """Rows language by language: out of the source language, there and back, home from human captions.

    Raises:
        ComponentError: sacrebleu is not installed, or the engine does not work.
    """
    source = surveyed.dataset.source_language
    for lang in languages:
        for route in _routes(surveyed, translator, source, lang):
            yield from _there_and_back(surveyed, lang, route, translator, baseline, watch)
        if lang in surveyed.dataset.test_languages(surveyed.protocol):
            for route in _routes(surveyed, translator, lang, source):
                yield from _home(surveyed, lang, route, translator, baseline, watch)


def _there_and_back(
    surveyed: Surveyed, lang: str, route: Route, translator: Translator, baseline: Baseline, watch: Watch
) -> Iterator[Row | Unmeasured]:
    source = surveyed.dataset.source_language
    captions = surveyed.sentences(surveyed.split, source)
    try:
        there = translated("source captions", captions, translator, route, watch)
    except DataError as error:
        yield Unmeasured(str(route), str(error))
        return
    kind = kind_of(surveyed.dataset, surveyed.protocol, lang)
    human = _human(surveyed, surveyed.split, lang)
    found = untranslated_translations(baseline, there, described(captions))
    yield Row(surveyed.split, figures_of(there, kind, references(kind, captions, human)), found)
    try:
        back = translated_back(there, translator, watch)
    except DataError as error:
        yield Unmeasured(f"{lang} → {source}, of translations", str(error))
        return
    yield Row(surveyed.split, figures_of(back, "source", {c.id: (c.text,) for c in captions}), None)


def _home(
    surveyed: Surveyed, lang: str, route: Route, translator: Translator, baseline: Baseline, watch: Watch
) -> Iterator[Row | Unmeasured]:
    source = surveyed.dataset.source_language
    asked = _human(surveyed, surveyed.asked, lang)
    if not asked:
        return
    try:
        home = translated("queries", asked, translator, route, watch)
    except DataError as error:
        yield Unmeasured(str(route), str(error))
        return
    kind = kind_of(surveyed.dataset, surveyed.protocol, lang)
    answering = surveyed.sentences(surveyed.asked, source)
    found = untranslated_queries(baseline, asked, described(answering))
    yield Row(surveyed.asked, figures_of(home, kind, references(kind, asked, answering)), found)


def _routes(surveyed: Surveyed, translator: Translator, source: str, target: str) -> tuple[Route, ...]:
    routes = translator.routes(source, target)
    return routes if surveyed.every_route else routes[:1]


def _human(surveyed: Surveyed, split: str, lang: str) -> tuple[Caption, ...]:
    """Human captions; none where the data set has none of that language in that split."""
    if lang not in surveyed.dataset.test_languages(surveyed.protocol):
        return ()
    try:
        return surveyed.sentences(split, lang)
    except DataError:
        return ()


def _draw(subject: str) -> bytes:
    return hashlib.sha256(subject.encode()).digest()
