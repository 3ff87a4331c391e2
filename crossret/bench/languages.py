"""What can be computed for a language: which captions and which translation routes there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossret.contracts.data import Dataset
from crossret.contracts.translation import Translator
from crossret.errors import unknown
from crossret.recipe.models import Recipe
from crossret.translation.routed_translator import RoutedTranslator


@dataclass(frozen=True)
class Languages:
    """The languages of a data set under one protocol, and a translator's routes from and to its source language.

    Attributes:
        further: translators of training captions only.
        asked: further translators of what is translated when a model is asked.
    """

    dataset: Dataset
    translator: Translator
    protocol: str
    further: tuple[Translator, ...] = ()
    asked: tuple[Translator, ...] = ()

    def fingerprints(self) -> dict[str, str]:
        """Hashes of captions and translations."""
        found = {"dataset": self.dataset.fingerprint(), "translator": self.translator.fingerprint()}
        return found | {f"translator {number}": t.fingerprint() for number, t in enumerate(self.further, start=2)}

    def asked_fingerprints(self) -> dict[str, str]:
        """Those, and hashes of the translations that only a question needs."""
        asked = {f"asked translator {number}": t.fingerprint() for number, t in enumerate(self.asked, start=2)}
        return self.fingerprints() | asked

    def check(self, languages: Sequence[str]) -> None:
        """Refuse languages without human test captions.

        Raises:
            UsageError: naming the nearest language.
        """
        known = self.dataset.test_languages(self.protocol)
        for language in languages:
            if language not in known:
                raise unknown("test language", language, known)

    def _has_route(self, source: str, target: str) -> bool:
        return source == target or bool(self.translator.routes(source, target))

    def _without_route(self, source: str, target: str, direction: str = "") -> str:
        engine = self.translator
        nearest = f" ({engine.without_route(source, target)})" if isinstance(engine, RoutedTranslator) else ""
        return f"no translation route from {source} {direction}to {target}{nearest}"

    def obstacle(self, recipe: Recipe, language: str) -> str:
        """Why a method cannot be measured in a language; empty if it can."""
        source = self.dataset.source_language
        if recipe.texts.target == "translated" and recipe.baseline is None and not self._has_route(source, language):
            return f"{self._without_route(source, language)}, so no training captions"
        if recipe.translation.confidence == "round-trip" and not self._has_route(language, source):
            return f"{self._without_route(language, source, 'back ')}, so no confidence by round trips"
        if recipe.asks_translated() and not self._has_route(language, source):
            return f"{self._without_route(language, source, 'back ')}, so no {source} queries"
        if language == source and recipe.texts.target != "none":
            return f"{source} is the source language"
        return self._without_source_captions(recipe)

    def _without_source_captions(self, recipe: Recipe) -> str:
        """What needs human source captions beside the training captions, where the data set has none."""
        source, known = self.dataset.source_language, self.dataset.test_languages(self.protocol)
        if source in known:
            return ""
        if recipe.baseline is not None:
            return f"no human {source} captions of the galleries, by which a baseline knows their items"
        if recipe.texts.target == "none" and not any(self._has_route(language, source) for language in known):
            return f"no human {source} captions to validate with, and no translation route to {source}"
        return ""

    def terms_without_way_back(self, views: Mapping[str, Sequence[str]], languages: Sequence[str]) -> tuple[str, ...]:
        """Terms that compare back-translations, where a language has none.

        Args:
            views: per term the views that it reads.
            languages: the languages trained on.
        """
        source = self.dataset.source_language
        if all(self._has_route(language, source) for language in languages):
            return ()
        return tuple(term for term, read in views.items() if "back" in read)
