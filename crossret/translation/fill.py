"""Captions of one language → training texts and queries in another, through a translator."""

from __future__ import annotations

from collections.abc import Sequence

from crossret.contracts.data import Caption
from crossret.contracts.translation import CaptionTranslator, Route, Translation, Translator
from crossret.data.pools import AlignedText, SubjectTexts
from crossret.errors import DataError
from crossret.makers import blamed, broken, maker_of
from crossret.translation.routed_translator import RoutedTranslator


def route_between(translator: Translator, source: str, target: str) -> Route:
    """The translator's best route.

    Raises:
        DataError: there is none.
    """
    routes = translator.routes(source, target)
    if not routes:
        raise no_route(translator, source, target)
    return routes[0]


def no_route(translator: Translator, source: str, target: str) -> DataError:
    """The error for a pair without a route; over an engine's hops it names the nearest pairs."""
    nearest = f"; {translator.without_route(source, target)}" if isinstance(translator, RoutedTranslator) else ""
    return DataError(f"no translation route from {source!r} to {target!r}{nearest}")


def translate_captions(captions: Sequence[Caption], translator: Translator, route: Route) -> list[Translation]:
    """One answer per caption: by its id if the translator knows captions, else by its text.

    Raises:
        DataError: the translator breaks its contract (count, empty answers).
    """
    if isinstance(translator, CaptionTranslator):
        with blamed(translator):
            answers = translator.translate_captions(captions, route)
        return _checked([c.text for c in captions], answers, translator, route)
    return translate_all([caption.text for caption in captions], translator, route)


def translate_all(texts: Sequence[str], translator: Translator, route: Route) -> list[Translation]:
    """Translate texts that may repeat; each distinct one is translated once.

    Raises:
        DataError: the translator breaks its contract (count, empty answers).
    """
    distinct = sorted(set(texts))
    with blamed(translator):
        answers = translator.translate(distinct, route)
    _checked(distinct, answers, translator, route)
    found = dict(zip(distinct, answers, strict=True))
    return [found[text] for text in texts]


def _checked(
    texts: Sequence[str], answers: list[Translation], translator: Translator, route: Route
) -> list[Translation]:
    maker = maker_of(translator)
    if len(answers) != len(texts):
        raise DataError(f"{route}: {len(answers)} answers for {len(texts)} texts, by {maker}")
    for text, answer in zip(texts, answers, strict=True):
        if not isinstance(answer, Translation):
            raise broken(translator, "answers of class Translation", f"{type(answer).__name__} for {text!r}")
        if not answer.text.strip() and answer.status != "failed":
            raise DataError(f"{route}: empty translation of {text!r}, status {answer.status!r}, by {maker}")
    return answers


def source_pool(captions: Sequence[Caption]) -> dict[str, SubjectTexts]:
    """Source captions by subject, without target texts."""
    return by_subject(captions, [AlignedText(source=caption.text) for caption in captions])


def human_target_pool(captions: Sequence[Caption]) -> dict[str, SubjectTexts]:
    """Human target captions by subject: what only the oracle may train on."""
    return by_subject(captions, [AlignedText(target=caption.text) for caption in captions])


def translated_queries(captions: Sequence[Caption], translator: Translator, target: str, source: str) -> list[str]:
    """Human target captions translated into the source language; a failed one keeps its own text, as a user would.

    Raises:
        DataError: no route back.
    """
    answers = translate_captions(captions, translator, route_between(translator, target, source))
    return [a.text if a.status != "failed" else c.text for c, a in zip(captions, answers, strict=True)]


def by_subject(captions: Sequence[Caption], texts: Sequence[AlignedText]) -> dict[str, SubjectTexts]:
    """One text per caption → sentences and fragments of every subject."""
    sentences: dict[str, list[AlignedText]] = {}
    fragments: dict[str, list[AlignedText]] = {}
    for caption, text in zip(captions, texts, strict=True):
        (sentences if caption.kind == "sentence" else fragments).setdefault(caption.subject, []).append(text)
    return {
        subject: SubjectTexts(tuple(sentences.get(subject, ())), tuple(fragments.get(subject, ())))
        for subject in sentences | fragments
    }
