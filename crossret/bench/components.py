"""The light components of a recipe, built through the registry; and which components it names at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crossret.contracts.baseline import Baseline, PictureBaseline
from crossret.contracts.data import Dataset
from crossret.contracts.translation import Engine, Translator
from crossret.data.addresses import local_options
from crossret.errors import UsageError, unknown
from crossret.following import check_follows
from crossret.makers import maker_of, remember
from crossret.recipe.models import DataRecipe, EvaluationRecipe, Recipe, TranslationRecipe, TranslatorRecipe
from crossret.registry import Component, Registry, construct
from crossret.translation.cache.answers import CachedAnswers
from crossret.translation.cache.file import cache_file
from crossret.translation.hop_answers import HopAnswers
from crossret.translation.routed_translator import RoutedTranslator


def components_of(recipe: Recipe, registry: Registry) -> list[Component]:
    """Every component that a recipe names, found but not imported.

    Raises:
        UsageError: one of them does not exist; the line names the nearest.
    """
    names = [("dataset", recipe.data.dataset), ("translator", recipe.translation.translator)]
    names.extend(("translator", t.translator) for t in (*recipe.translation.also, *recipe.evaluation.also))
    if recipe.baseline is not None:
        names.append(("baseline", recipe.baseline))
    else:
        names.append(("visual-backbone", recipe.model.visual.backbone))
        names.append(("text-encoder", recipe.model.text.encoder))
        names.extend(("loss", term.loss) for term in recipe.terms().values())
        if recipe.evaluation.anchors is not None and recipe.evaluation.anchors.lexical is not None:
            names.append(("baseline", recipe.evaluation.anchors.lexical))
    return [component for kind, name in names for component in registry.chain(kind, name)]


def views_of_terms(recipe: Recipe, registry: Registry) -> dict[str, tuple[str, ...]]:
    """Per active term the views it reads, as the recipe or the loss's meta says."""
    return {name: term.between or registry.get("loss", term.loss).meta.views for name, term in recipe.terms().items()}


def build_dataset(recipe: Recipe, registry: Registry) -> Dataset:
    """The recipe's data set: :func:`dataset_of`."""
    return dataset_of(recipe.data, registry)


def dataset_of(data: DataRecipe, registry: Registry) -> Dataset:
    """The data set that the data part of a recipe names.

    Raises:
        ComponentError: it breaks the contract.
    """
    built = registry.build("dataset", data.dataset, **local_options(data.options))
    check_follows(built, Dataset)
    dataset: Dataset = built
    return dataset


def build_translator(recipe: Recipe, dataset: Dataset, registry: Registry) -> Translator:
    """The recipe's translator: :func:`translator_of`."""
    return translator_of(recipe.translation, recipe.data.dataset, dataset, registry)


Answers = Callable[[Engine, TranslatorRecipe], HopAnswers]
"""Where the answers of an engine that was built from a recipe come from."""


def cached(engine: Engine, recipe: TranslatorRecipe) -> HopAnswers:
    """From the cache, which asks the engine for what it has not."""
    return CachedAnswers(engine, recipe, cache_file())


def translator_of(
    translation: TranslationRecipe, data_name: str, dataset: Dataset, registry: Registry, answers: Answers = cached
) -> Translator:
    """The translator that the translation part of a recipe names.

    One that takes a ``path`` and is given none reads the file shipped with the data; one that takes a ``dataset`` gets
    the recipe's; one that wraps another gets that one, built in the same way with ``options["options"]``. An engine
    becomes a translator over its routes; ``answers`` says where their answers come from.

    Raises:
        UsageError: it needs a file of translations and the data set ships none.
        ComponentError: it breaks the contract.
    """
    name, options = translation.translator, local_options(translation.options)
    component = registry.get("translator", name)
    taken = parameters_of(component)
    if "path" in taken and "path" not in options and not is_engine(component):
        shipped = dataset.translations()
        if shipped is None:
            raise UsageError(
                f"translator {name!r} needs translation.options.path: data set {data_name!r} ships no translations"
            )
        options["path"] = str(shipped)
    if "dataset" in taken:
        options["dataset"] = dataset
    if component.meta.wraps:
        within = TranslationRecipe(translator=name.partition(":")[2], options=options.pop("options", {}))
        inner = translator_of(within, data_name, dataset, registry, answers)
        built = construct(component, (inner,), options)
    else:
        built = registry.build("translator", name, **options)
    if isinstance(built, Engine):
        recipe = TranslatorRecipe(translator=name, options=translation.options)
        routed = RoutedTranslator(built, answers(built, recipe))
        remember(routed, maker_of(built))
        return routed
    check_follows(built, Translator)
    translator: Translator = built
    return translator


def further_translators_of(
    recipes: Sequence[TranslatorRecipe],
    data_name: str,
    dataset: Dataset,
    registry: Registry,
    answers: Answers = cached,
) -> tuple[Translator, ...]:
    """Translators besides the first one, built like it.

    Raises:
        UsageError: as for the first one.
        ComponentError: as for the first one.
    """
    alone = [TranslationRecipe(translator=recipe.translator, options=recipe.options) for recipe in recipes]
    return tuple(translator_of(translation, data_name, dataset, registry, answers) for translation in alone)


def asks_engine(name: str, registry: Registry) -> bool:
    """Whether a translator is an engine, or wraps one."""
    return is_engine(registry.chain("translator", name)[-1])


def is_engine(component: Component) -> bool:
    """Whether a translator is a machine translation engine, which knows single hops only."""
    return hasattr(component.load(), "translate_hop")


def parameters_of(component: Component) -> frozenset[str]:
    """The arguments that a component is built with."""
    import inspect

    return frozenset(inspect.signature(component.load()).parameters)


def build_baseline(name: str, options: dict[str, Any], registry: Registry) -> Baseline:
    """A baseline that knows items by texts.

    Raises:
        ComponentError: it breaks the contract, or looks at pictures.
    """
    built = registry.build("baseline", name, **options)
    check_follows(built, Baseline)
    baseline: Baseline = built
    return baseline


def build_any_baseline(name: str, options: dict[str, Any], registry: Registry) -> Baseline | PictureBaseline:
    """A baseline that knows items by texts or by pictures.

    Raises:
        ComponentError: it breaks the contract.
    """
    built = registry.build("baseline", name, **options)
    check_follows(built, Baseline, PictureBaseline)
    baseline: Baseline | PictureBaseline = built
    return baseline


def protocol_of(dataset: Dataset, recipe: Recipe) -> str:
    """The recipe's protocol, or the data set's first: :func:`protocol_in`."""
    return protocol_in(dataset, recipe.data)


def protocol_in(dataset: Dataset, data: DataRecipe) -> str:
    """The protocol that the data part of a recipe names, or the data set's first.

    Raises:
        UsageError: no such protocol.
    """
    if data.protocol is None:
        return next(iter(dataset.protocols))
    if data.protocol not in dataset.protocols:
        raise unknown(f"{data.dataset} protocol", data.protocol, dataset.protocols)
    return data.protocol


def galleries_of(dataset: Dataset, protocol: str, recipe: EvaluationRecipe) -> tuple[str, ...]:
    """The splits that are ranked: the recipe's, or the protocol's test galleries.

    Raises:
        UsageError: no such split.
    """
    info = dataset.protocols[protocol]
    known = info.galleries if info.test_only else ("val", *info.galleries)
    for name in recipe.galleries or ():
        if name not in known:
            raise unknown(f"gallery of protocol {protocol!r}", name, known)
    return recipe.galleries or info.galleries
