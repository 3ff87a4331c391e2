"""Translates what jobs need, once, before they start; or says how much that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crossret.bench.needs import Need, meet
from crossret.contracts.translation import Engine, Hop
from crossret.errors import CrossretError, reason
from crossret.recipe.models import TranslatorRecipe
from crossret.registry import Registry
from crossret.translation.cache.answers import CachedAnswers
from crossret.translation.cache.counting import CountedAnswers, Missing
from crossret.translation.cache.file import cache_file
from crossret.translation.hop_answers import Watch


@dataclass(frozen=True)
class MissingTexts:
    """Texts of one hop that the cache has not.

    Attributes:
        texts: how many; of a hop behind another, at most so many.
        seconds: that the engine says of itself it takes; 0 if it says nothing.
    """

    hop: Hop
    texts: int
    seconds: float


def translate_first(needs: Iterable[Need], registry: Registry, watch: Watch, tell: Callable[[str], None]) -> None:
    """Fill the cache with what is missing.

    What cannot be translated is told and does not stop the rest: the jobs that need it will fail with the same line.
    """

    def answers(engine: Engine, recipe: TranslatorRecipe) -> CachedAnswers:
        return CachedAnswers(engine, recipe, cache_file(), watch)

    for need in needs:
        try:
            meet(need, registry, answers)
        except CrossretError as error:
            tell(f"translating {need.texts} for {need.language}: {reason(error)}")


def missing_texts(needs: Iterable[Need], registry: Registry) -> list[MissingTexts]:
    """What would have to be translated; no engine is asked, nothing is written.

    Raises:
        CrossretError: the cache cannot be read.
    """
    missing: Missing = {}

    def answers(engine: Engine, recipe: TranslatorRecipe) -> CountedAnswers:
        return CountedAnswers(engine, recipe.translator, cache_file(), missing)

    for need in needs:
        meet(need, registry, answers)
    return [
        MissingTexts(hop, len(texts), len(texts) * _seconds_per_text(name, registry))
        for (name, hop), texts in missing.items()
        if texts
    ]


def _seconds_per_text(name: str, registry: Registry) -> float:
    *_, engine = registry.chain("translator", name)
    return (engine.meta.seconds_per_1000 or 0.0) / 1000
