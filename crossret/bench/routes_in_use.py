"""Which routes over engines' hops a training and its questions use: numbers depend on the versions of these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crossret.bench.components import asks_engine
from crossret.bench.languages import Languages
from crossret.contracts.translation import Translator
from crossret.recipe.models import Recipe, TranslatorRecipe
from crossret.registry import Registry

Pair = tuple[str, str]


@dataclass(frozen=True)
class RoutesInUse:
    """Fingerprints of the routes that engines are asked for, by name.

    Translators that are no engines tell all that their answers depend on in their own fingerprints.

    Attributes:
        recipe: names the translators.
        languages: has them.
        registry: knows which of them are engines.
    """

    recipe: Recipe
    languages: Languages
    registry: Registry

    def of_training(self, read: Sequence[str]) -> dict[str, str]:
        """Those that training and validation translate by.

        Args:
            read: target languages that are trained on.
        """
        further = zip(self.recipe.translation.also, self.languages.further, strict=True)
        return self._fingerprints(further, self._pairs_of_training(read), self.recipe.translation.variants.routes)

    def of_question(self, language: str, read: Sequence[str]) -> dict[str, str]:
        """Those that only asking needs: for queries in a language and, with anchors, for the texts trained on."""
        evaluation, source = self.recipe.evaluation, self.languages.dataset.source_language
        queries = [(language, source)] if self.recipe.asks_translated() and language != source else []
        known = self._pairs_of_training(read) if evaluation.anchors is not None else []
        most = max(evaluation.variants.routes, self.recipe.translation.variants.routes)
        further = zip(evaluation.also, self.languages.asked, strict=True)
        return self._fingerprints(further, [*queries, *known], most)

    def _pairs_of_training(self, read: Sequence[str]) -> list[Pair]:
        dataset, recipe = self.languages.dataset, self.recipe
        source, known = dataset.source_language, dataset.test_languages(self.languages.protocol)
        if recipe.texts.target == "translated":
            return [pair for lang in read for pair in ((source, lang), (lang, source))]
        # Weights selected by translated queries: reference mode, and models that nobody can ask in their own language.
        asked = read if recipe.reference else known if not read and source not in known else ()
        return [(lang, source) for lang in asked]

    def _fingerprints(
        self, further: Iterable[tuple[TranslatorRecipe, Translator]], pairs: Sequence[Pair], most: int
    ) -> dict[str, str]:
        first = (self.recipe.translation.translator, self.languages.translator)
        named = [first, *((recipe.translator, translator) for recipe, translator in further)]
        asked = [translator for name, translator in named if pairs and asks_engine(name, self.registry)]
        routes = [route for translator in asked for pair in pairs for route in translator.routes(*pair)[:most]]
        return {f"route {route}": route.fingerprint() for route in routes}
