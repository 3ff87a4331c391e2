"""Texts that every process translates before the ones that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from crossret_emoji.builder.engine import Engine
from crossret_emoji.builder.marks import tidy
from crossret_emoji.builder.routes import HOPS, SERBO_CROATIAN

LINES: Final = 600
_ENGLISH: Final = Path(__file__).with_name("warmup_en.txt")
# The modes that make a language's warm-up out of the English one; a pivot comes before what it leads to.
_TRANSLATED: Final = ("eng-spa", "eng-cat", "en-gl", "cat-fra", "es-pt", "spa-ita")
# Languages that no mode leads to start with human names: the warm-up is no test text of cross-concept.
_HUMAN: Final = {SERBO_CROATIAN: "hr", **{lang: lang for lang in ("sl", "mk", "bg", "is", "eu", "ro")}}


def make_warm_ups(
    engine: Engine, stored: dict[str, list[str]], names: Mapping[str, Mapping[str, str]], train: Sequence[str]
) -> dict[str, list[str]]:
    """Warm-up texts by source language.

    Args:
        engine: translates the English texts, without a warm-up of its own.
        stored: translated warm-ups by mode; what is missing is added.
        names: human names by language and concept.
        train: the training concepts in sorted order.
    """
    english = _ENGLISH.read_text(encoding="utf-8").splitlines()
    ready = {"en": english}
    for mode in _TRANSLATED:
        if mode not in stored:
            source = ready[HOPS[mode].source]
            raw = engine.translate(mode, source, ())
            stored[mode] = [tidy(text, answer or "").text or text for text, answer in zip(source, raw, strict=True)]
        ready[HOPS[mode].target] = stored[mode]
    for lang, human in _HUMAN.items():
        ready[lang] = [names[human][concept] for concept in train[:LINES] if concept in names[human]]
    return ready
