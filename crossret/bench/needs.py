"""What the jobs of a plan will read translated by engines, so that it can be translated before they start.

Like planning, it imports no deep-learning library.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crossret.bench.asked_translations import asks_more, known_when_asked
from crossret.bench.components import (
    Answers,
    asks_engine,
    dataset_of,
    further_translators_of,
    galleries_of,
    protocol_in,
    translator_of,
    views_of_terms,
)
from crossret.bench.plan import Plan, PlannedJob, PlannedUnit, Training
from crossret.bench.runner import pending
from crossret.contracts.data import Dataset
from crossret.data.checks import checked_captions, checked_split
from crossret.recipe.models import Recipe
from crossret.registry import Registry
from crossret.translation.fill import translated_queries
from crossret.translation.pooling import Translators, translated_pool
from crossret.translation.queries import further_queries


@dataclass(frozen=True)
class Need:
    """Texts of one language that a training or a question reads.

    Attributes:
        recipe: names data and translators.
        texts: source captions to train on, or human captions to ask with.
        splits: whose captions.
        back: whether translations are translated back.
    """

    recipe: Recipe
    language: str
    texts: Literal["captions", "queries"]
    splits: tuple[str, ...]
    back: bool = False

    @property
    def key(self) -> str:
        """Equal for needs that are met by the same translations."""
        asked = self.recipe.evaluation
        more = [[t.model_dump(mode="json") for t in asked.also], asked.variants.model_dump()]
        return json.dumps(
            [
                self.recipe.data.model_dump(mode="json"),
                self.recipe.translation.model_dump(mode="json"),
                more if self.texts == "queries" else [],
                self.language,
                self.texts,
                self.splits,
                self.back,
            ]
        )

    def asks_engine(self, registry: Registry) -> bool:
        """Whether one of its translators is an engine."""
        also = self.recipe.translation.also if self.texts == "captions" else self.recipe.evaluation.also
        names = (self.recipe.translation.translator, *(further.translator for further in also))
        return any(asks_engine(name, registry) for name in names)


def needs_of_plan(plan: Plan, out: Path, registry: Registry) -> list[Need]:
    """Those of all jobs that still have something to do, each once."""
    todo = pending(plan, out)
    jobs = [(job, todo[job.id]) for job in plan.jobs if job.id in todo]
    return _distinct((need for job, keys in jobs for need in _of_job(job, keys, registry)), registry)


def needs_of_training(training: Training, registry: Registry) -> list[Need]:
    """Those of one training."""
    return _distinct(_of_training(training, registry), registry)


def meet(need: Need, registry: Registry, answers: Answers) -> None:
    """Translate the texts in the very way in which jobs will.

    Raises:
        CrossretError: as in the jobs: there is no route, an engine does not work, or the cache cannot be used.
    """
    recipe, name = need.recipe, need.recipe.data.dataset
    dataset = dataset_of(recipe.data, registry)
    first = translator_of(recipe.translation, name, dataset, registry, answers)
    protocol, source = protocol_in(dataset, recipe.data), dataset.source_language
    for split in need.splits:
        lang = source if need.texts == "captions" else need.language
        captions = checked_captions(dataset, protocol, checked_split(dataset, protocol, split), lang)
        if need.texts == "captions":
            further = further_translators_of(recipe.translation.also, name, dataset, registry, answers)
            translators = Translators(first, further, recipe.translation)
            translated_pool(captions, translators, source, need.language, back=need.back)
            continue
        asked = [caption for caption in captions if caption.kind == "sentence"]
        translated = translated_queries(asked, first, lang, source)
        if asks_more(recipe.evaluation) and asked:
            further = further_translators_of(recipe.evaluation.also, name, dataset, registry, answers)
            further_queries(asked, translated, (first, *further), source, recipe.evaluation.variants)


def _distinct(needs: Iterable[Need], registry: Registry) -> list[Need]:
    found: dict[str, Need] = {}
    for need in needs:
        if need.asks_engine(registry):
            found.setdefault(need.key, need)
    return list(found.values())


def _of_job(job: PlannedJob, keys: Iterable[str], registry: Registry) -> Iterator[Need]:
    if job.training is not None:
        yield from _of_training(job.training, registry)
    for unit in job.units:
        if unit.key in keys:
            yield from _of_unit(unit, registry)


def _of_training(training: Training, registry: Registry) -> Iterator[Need]:
    recipe, read = training.recipe, training.languages
    if recipe.texts.target == "translated":
        back = any("back" in views for views in views_of_terms(recipe, registry).values())
        yield from (Need(recipe, lang, "captions", ("train",), back) for lang in read)
    if not recipe.reference and read:
        return
    dataset = dataset_of(recipe.data, registry)
    yield from (Need(recipe, lang, "queries", ("val",)) for lang in _validated(recipe, dataset, read, registry))


def _validated(recipe: Recipe, dataset: Dataset, read: tuple[str, ...], registry: Registry) -> Iterator[str]:
    """Languages whose captions select the weights after translation."""
    if read:
        yield from read
        return
    source, known = dataset.source_language, dataset.test_languages(protocol_in(dataset, recipe.data))
    if source not in known:
        translator = translator_of(recipe.translation, recipe.data.dataset, dataset, registry)
        yield from (lang for lang in known if translator.routes(lang, source))


def _of_unit(unit: PlannedUnit, registry: Registry) -> Iterator[Need]:
    recipe, language = unit.recipe, unit.id.language
    dataset = dataset_of(recipe.data, registry)
    if recipe.evaluation.query != "target" and language != dataset.source_language:
        galleries = galleries_of(dataset, protocol_in(dataset, recipe.data), recipe.evaluation)
        yield Need(recipe, language, "queries", galleries)
    if recipe.evaluation.anchors is not None and recipe.texts.target == "translated" and unit.training is not None:
        known = recipe.model_copy(update={"translation": known_when_asked(recipe.translation, recipe.evaluation)})
        back = any("back" in views for views in views_of_terms(recipe, registry).values())
        yield from (Need(known, lang, "captions", ("train",), back) for lang in unit.training.languages)
