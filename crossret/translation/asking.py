"""Asks a translator about captions so that somebody can watch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from crossret.contracts.data import Caption
from crossret.contracts.translation import CaptionTranslator, Route, Translation, Translator
from crossret.translation.fill import translate_all, translate_captions
from crossret.translation.hop_answers import Progress, Watch
from crossret.translation.routed_translator import RoutedTranslator

Report = Callable[[int, int], None]
"""Told how many of how many texts are translated."""

TEXTS_AT_ONCE: Final = 1000


def ask(captions: Sequence[Caption], translator: Translator, route: Route, report: Report) -> list[Translation]:
    """One answer per caption; each distinct text is asked once, in sorted order.

    A translator that knows captions is asked for all at once: what it says to one may depend on the others. So is one
    over an engine: it keeps its answers chunk by chunk itself, and shares the chunks with other processes.

    Raises:
        DataError: the translator breaks its contract, or cannot answer a text.
    """
    if isinstance(translator, CaptionTranslator):
        report(0, len(captions))
        answers = translate_captions(captions, translator, route)
        report(len(captions), len(captions))
        return answers
    distinct = sorted({caption.text for caption in captions})
    report(0, len(distinct))
    if isinstance(translator, RoutedTranslator):
        watched = translator.watched(_of_hops(route, len(distinct), report))
        known = dict(zip(distinct, translate_all(distinct, watched, route), strict=True))
        report(len(distinct), len(distinct))
        return [known[caption.text] for caption in captions]
    found: dict[str, Translation] = {}
    for start in range(0, len(distinct), TEXTS_AT_ONCE):
        texts = distinct[start : start + TEXTS_AT_ONCE]
        found |= zip(texts, translate_all(texts, translator, route), strict=True)
        report(len(found), len(distinct))
    return [found[caption.text] for caption in captions]


def _of_hops(route: Route, texts: int, report: Report) -> Watch:
    """Tells how many texts would be done if every hop took its share of them."""

    def watch(progress: Progress) -> None:
        before = route.hops.index(progress.hop) * texts
        report((before + texts - progress.total + progress.done) // len(route.hops), texts)

    return watch
