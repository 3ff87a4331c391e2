"""Asks a translator about captions, piece by piece, so that somebody can watch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from crossret.contracts.data import Caption
from crossret.contracts.translation import CaptionTranslator, Route, Translation, Translator
from crossret.translation.fill import translate_all, translate_captions

Report = Callable[[int, int], None]
"""Told how many of how many texts are translated."""

TEXTS_AT_ONCE: Final = 1000


def ask(captions: Sequence[Caption], translator: Translator, route: Route, report: Report) -> list[Translation]:
    """One answer per caption; each distinct text is asked once, in sorted order.

    A translator that knows captions is asked for all at once: what it says to one may depend on the others.

    Raises:
        DataError: the translator breaks its contract, or cannot answer a text.
    """
    if isinstance(translator, CaptionTranslator):
        report(0, len(captions))
        answers = translate_captions(captions, translator, route)
        report(len(captions), len(captions))
        return answers
    distinct = sorted({caption.text for caption in captions})
    found: dict[str, Translation] = {}
    report(0, len(distinct))
    for start in range(0, len(distinct), TEXTS_AT_ONCE):
        texts = distinct[start : start + TEXTS_AT_ONCE]
        found |= zip(texts, translate_all(texts, translator, route), strict=True)
        report(len(found), len(distinct))
    return [found[caption.text] for caption in captions]
