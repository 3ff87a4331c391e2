"""What the installed engines know about a pair of languages, without a data set."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossret.bench.components import cached, is_engine
from crossret.contracts.translation import Engine, Route, Translator
from crossret.errors import ComponentError, CrossretError, UsageError
from crossret.recipe.models import TranslatorRecipe
from crossret.registry import Component, Registry
from crossret.translation.routed_translator import RoutedTranslator


@dataclass(frozen=True)
class PairRoutes:
    """One translator's routes for a pair, best first.

    Attributes:
        reason: why there are none: what is near, and what to install.
    """

    translator: str
    routes: tuple[Route, ...]
    reason: str = ""


def routes_of_engines(source: str, target: str, registry: Registry) -> list[PairRoutes]:
    """Every engine that is registered, the installed ones with their routes."""
    found = []
    for component in registry:
        if component.kind == "translator" and not component.meta.wraps:
            try:
                if is_engine(component):
                    found.append(routes_of(component.name, {}, source, target, registry))
            except CrossretError as error:
                found.append(PairRoutes(component.name, (), str(error)))
    return found


def routes_of(name: str, options: Mapping[str, Any], source: str, target: str, registry: Registry) -> PairRoutes:
    """One translator's routes.

    Raises:
        UsageError: it does not exist, needs a data set or an option, or takes none of that name.
        ComponentError: it is not installed; the line says how to install it.
    """
    component = registry.get("translator", name)
    _check_complete(component, options)
    built = registry.build("translator", name, **options)
    if isinstance(built, Engine):
        translator = RoutedTranslator(built, cached(built, TranslatorRecipe(translator=name, options=dict(options))))
        routes = translator.routes(source, target)
        return PairRoutes(name, routes, "" if routes else translator.without_route(source, target))
    if not isinstance(built, Translator):
        raise ComponentError(f"translator {name!r} follows neither Translator nor Engine of the contracts")
    return PairRoutes(name, built.routes(source, target), f"{name}: it has no route for this pair")


def _check_complete(component: Component, options: Mapping[str, Any]) -> None:
    """An engine needs its options; a translator that reads a data set cannot be asked without one."""
    parameters = inspect.signature(component.load()).parameters.values()
    missing = [p.name for p in parameters if p.default is p.empty and p.name not in options]
    if component.meta.wraps or "dataset" in missing:
        raise UsageError(f"translator {component.name!r} reads a data set; use crossret translate quality DATASET")
    if missing:
        wanted = " ".join(f"--option {name}=…" for name in missing)
        raise UsageError(f"{component.name}: ask it with --via {component.name} {wanted}")
