"""Everything of a data set that has to be translated before methods can be trained and asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crossret.contracts.data import Caption, Dataset
from crossret.contracts.translation import Route, Translation, Translator
from crossret.errors import UsageError, unknown
from crossret.translation.asking import Report, ask
from crossret.translation.reachable import route_home, route_out
from crossret.translation.variants import way_back

Purpose = Literal["source captions", "back-translations", "queries"]


@dataclass(frozen=True)
class Wanted:
    """What to translate.

    Attributes:
        source: the source captions.
        queries: by target language, human captions to be asked in the source language; empty where there are none.
        back: whether translations of source captions are translated back.
        known: languages of the data set.
    """

    source_language: str
    source: tuple[Caption, ...]
    queries: Mapping[str, tuple[Caption, ...]]
    back: bool
    known: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """Captions of one language and what was said to them, one answer per caption."""

    purpose: Purpose
    route: Route
    captions: tuple[Caption, ...]
    answers: tuple[Translation, ...]
    seconds: float


Watch = Callable[[Purpose, Route], Report]
"""Told that a part begins; gives whom to tell of its progress."""


def wanted_of(
    dataset: Dataset, protocol: str, languages: Sequence[str], splits: Sequence[str], *, back: bool, queries: bool
) -> Wanted:
    """Source captions of the splits, and, if asked for, the human captions of validation and all galleries.

    Raises:
        UsageError: a language or split that does not exist, or nothing to do.
        DataError: captions cannot be read.
    """
    source = dataset.source_language
    info = dataset.protocols[protocol]
    tests = (() if info.test_only else ("val",)) + info.galleries
    existing = (() if info.test_only else ("train",)) + tests
    for split in splits:
        if split not in existing:
            raise unknown(f"split of protocol {protocol!r}", split, existing)
    asked = tests if queries else ()
    known = dataset.test_languages(protocol)
    for language in languages:
        if language == source:
            raise UsageError(f"{language!r} is the language of the source captions; name others to translate them into")
        if queries and language not in known:
            raise unknown("language with human captions", language, [lang for lang in known if lang != source])
    if not splits and not asked:
        raise UsageError("nothing to translate: no split of source captions and no queries")
    return Wanted(
        source,
        tuple(caption for split in splits for caption in dataset.captions(protocol, split, source)),
        {lang: tuple(c for split in asked for c in dataset.captions(protocol, split, lang)) for lang in languages},
        back,
        known,
    )


def translated_parts(wanted: Wanted, translator: Translator, watch: Watch) -> Iterator[Part]:
    """The parts one after another, language by language.

    All routes are looked up before the first text is translated.

    Raises:
        DataError: there is no route for a part; the line names what can be reached.
    """
    source, known = wanted.source_language, wanted.known
    there = {lang: route_out(translator, source, lang, known) for lang in wanted.queries if wanted.source}
    home = {
        lang: route_home(translator, lang, source, known)
        for lang, captions in wanted.queries.items()
        if captions or (wanted.back and wanted.source)
    }
    for lang, queries in wanted.queries.items():
        if wanted.source:
            forward = translated("source captions", wanted.source, translator, there[lang], watch)
            yield forward
            if wanted.back:
                yield translated_back(forward, translator, watch)
        if queries:
            yield translated("queries", queries, translator, home[lang], watch)


def translated(
    purpose: Purpose, captions: tuple[Caption, ...], translator: Translator, route: Route, watch: Watch
) -> Part:
    """Captions along a route.

    Raises:
        DataError: the translator breaks its contract, or cannot answer a text.
    """
    started = time.monotonic()
    answers = ask(captions, translator, route, watch(purpose, route))
    return Part(purpose, route, captions, tuple(answers), time.monotonic() - started)


def translated_back(part: Part, translator: Translator, watch: Watch) -> Part:
    """The translations that did not fail, back by the same engines where these know a way.

    They go back as captions with the ids of those they translate.

    Raises:
        DataError: there is no route, the translator breaks its contract, or cannot answer a text.
    """
    target = part.route.hops[-1].target
    answered = zip(part.captions, part.answers, strict=True)
    captions = tuple(replace(c, lang=target, text=a.text) for c, a in answered if a.status != "failed")
    return translated("back-translations", captions, translator, way_back(translator, part.route), watch)
