"""Human captions of another language, translated into the source language in several ways."""

from __future__ import annotations

from collections.abc import Sequence

from crossret.contracts.data import Caption
from crossret.contracts.translation import Translator
from crossret.recipe.models import VariantsRecipe
from crossret.translation.variants import variants_of, ways_between


def further_queries(
    captions: Sequence[Caption],
    translated: Sequence[str],
    translators: Sequence[Translator],
    source: str,
    variants: VariantsRecipe,
) -> tuple[tuple[str, ...], ...]:
    """Per caption its translations besides the one it has; those that failed or are the same are left out.

    Args:
        captions: of one language, which is not the source language; at least one.
        translated: the translation that each has.
        translators: the first must have a route.
        source: language to translate into.
        variants: how many are taken.

    Raises:
        DataError: no route.
    """
    ways = ways_between(translators, captions[0].lang, source, variants.routes, back=False)
    found = variants_of(captions, ways, variants)
    return tuple(
        tuple(text for text in dict.fromkeys(variant.target.text for variant in of_caption) if text != known)
        for known, of_caption in zip(translated, found, strict=True)
    )
