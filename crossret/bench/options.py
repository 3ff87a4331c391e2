"""Options of components that only workers build, checked when a run is planned."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from crossret.errors import unknown
from crossret.recipe.models import Options, Recipe
from crossret.registry import Component, Registry


def check_options(recipe: Recipe, registry: Registry) -> None:
    """Refuse an option that the backbone, the encoder, a loss or the baseline does not take.

    Their modules import heavy libraries, so their source is read instead. Where it does not tell, nothing is refused:
    building them will.

    Raises:
        UsageError: naming the nearest option.
    """
    for component, given in _given_options(recipe, registry):
        taken = arguments_of(component.target)
        if taken is None:
            continue
        # The part behind the colon, or the context of a loss, comes first and is no option.
        known = taken[1:] if component.meta.argument or component.kind == "loss" else taken
        for option in given:
            if option not in known:
                raise unknown(f"option of {component.kind} {component.name!r}", option, known)


def _given_options(recipe: Recipe, registry: Registry) -> Iterator[tuple[Component, Options]]:
    if recipe.baseline is not None:
        yield registry.get("baseline", recipe.baseline), recipe.baseline_options
        return
    yield from _of_chain(registry.chain("visual-backbone", recipe.model.visual.backbone), recipe.model.visual.options)
    yield registry.get("text-encoder", recipe.model.text.encoder), recipe.model.text.options
    for term in recipe.terms().values():
        yield registry.get("loss", term.loss), term.options


def _of_chain(chain: tuple[Component, ...], options: Options) -> Iterator[tuple[Component, Options]]:
    """A component's own options, then those of the component inside it: they are its option ``options``."""
    component, *inside = chain
    if not inside:
        yield component, options
        return
    yield component, {name: value for name, value in options.items() if name != "options"}
    within = options.get("options", {})
    # Anything but keys and values is refused when the component is built.
    if isinstance(within, dict):
        yield from _of_chain(tuple(inside), within)


@cache
def arguments_of(target: str) -> tuple[str, ...] | None:
    """Names of the arguments of ``package.module:Class``, read from its source; ``None`` if that does not tell.

    The package is imported, the module is not.
    """
    module, _, name = target.partition(":")
    try:
        spec = find_spec(module)
        origin = Path(spec.origin) if spec is not None and spec.origin is not None else None
        tree = ast.parse(origin.read_bytes()) if origin is not None and origin.suffix == ".py" else None
    except (ImportError, ValueError, OSError, SyntaxError):
        return None
    return None if tree is None else _arguments({n.name: n for n in tree.body if isinstance(n, Named)}, name)


Named = (ast.FunctionDef, ast.ClassDef)


def _arguments(defined: dict[str, ast.FunctionDef | ast.ClassDef], name: str) -> tuple[str, ...] | None:
    found = defined.get(name)
    if isinstance(found, ast.FunctionDef):
        return _names(found.args)
    if found is None:
        return None
    for member in found.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            names = _names(member.args)
            return None if names is None else names[1:]
    bases = [base.id for base in found.bases if isinstance(base, ast.Name)]
    alone = len(bases) == len(found.bases) == 1 and not found.decorator_list
    return _arguments(defined, bases[0]) if alone else None


def _names(arguments: ast.arguments) -> tuple[str, ...] | None:
    if arguments.kwarg is not None:
        return None
    return tuple(a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))
