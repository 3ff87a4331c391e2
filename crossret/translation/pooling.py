"""Source captions beside their machine translations: what a translate-train model reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossret.contracts.data import Caption
from crossret.contracts.translation import Translator
from crossret.data.pools import AlignedText, Pool
from crossret.errors import DataError
from crossret.recipe.models import TranslationRecipe
from crossret.translation.confidence import round_trip, share_known
from crossret.translation.fill import by_subject
from crossret.translation.variants import Variant, check_words_are_told, variants_of, ways_between, without_unknown

UNVARIED = TranslationRecipe()


@dataclass(frozen=True, slots=True)
class Translators:
    """Who translates training captions, and which of their answers are used.

    Attributes:
        first: must have a route.
        further: may have one.
    """

    first: Translator
    further: tuple[Translator, ...] = ()
    recipe: TranslationRecipe = UNVARIED


def translated_pool(
    captions: Sequence[Caption], translators: Translators, source: str, target: str, *, back: bool
) -> Pool:
    """Source captions aligned with their machine translations and, if asked for, the back-translations of these.

    A caption none of whose translations can be used is left out: nothing becomes an empty caption.

    Args:
        captions: in the source language.
        translators: their variants of one caption stay together.
        source: language of the captions.
        target: language to translate into.
        back: whether a term reads back-translations; a translation without one is then of no use.

    Raises:
        DataError: no route, or no caption could be translated.
    """
    recipe = translators.recipe
    returns = back or recipe.confidence == "round-trip"
    ways = ways_between((translators.first, *translators.further), source, target, recipe.variants.routes, back=returns)
    found = variants_of(captions, ways, recipe.variants)
    if recipe.unknown_words == "drop-words":
        check_words_are_told(found)
    kept, texts = [], []
    for caption, variants in zip(captions, found, strict=True):
        usable = [v for v in variants if not back or (v.back is not None and v.back.status != "failed")]
        known = without_unknown(usable, recipe.unknown_words)
        if known:
            first, *others = [_aligned(caption, variant, recipe, back=back) for variant in known]
            kept.append(caption)
            texts.append(_with_variants(first, others))
    if not texts:
        reason = "failed" if recipe.unknown_words == "keep" else "failed or has unknown words"
        raise DataError(f"every translation from {source!r} to {target!r} {reason}")
    return by_subject(kept, texts)


def _aligned(caption: Caption, variant: Variant, recipe: TranslationRecipe, *, back: bool) -> AlignedText:
    returned = variant.back.text if back and variant.back is not None else ""
    return AlignedText(caption.text, variant.target.text, returned, confidence=_confidence(caption, variant, recipe))


def _confidence(caption: Caption, variant: Variant, recipe: TranslationRecipe) -> float:
    if recipe.confidence == "none":
        return 1.0
    if recipe.confidence == "unknown":
        return share_known(caption.text, variant.target)
    return round_trip(caption.text, variant.back)


def _with_variants(first: AlignedText, others: Sequence[AlignedText]) -> AlignedText:
    return AlignedText(first.source, first.target, first.back, "", first.confidence, tuple(others))
