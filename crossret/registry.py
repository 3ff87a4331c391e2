"""Components by kind and name; a component's module is imported when it is first asked for."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crossret.contracts.meta import Meta
from crossret.errors import ComponentError, CrossretError, UsageError, raised_at, reason, unknown
from crossret.makers import remember

KINDS: tuple[str, ...] = (
    "visual-backbone",
    "text-encoder",
    "translator",
    "loss",
    "dataset",
    "baseline",
    "executor",
    "renderer",
)


@dataclass(frozen=True, slots=True)
class Component:
    """A registered component, not yet imported.

    Attributes:
        target: ``package.module:Class``.
        plugin: name of the entry point that registered it.
        distribution: the distribution the plugin came with.
    """

    kind: str
    name: str
    target: str
    meta: Meta
    plugin: str
    distribution: str

    def __str__(self) -> str:
        """``loss 'mean-gap' of plugin 'meangap' (crossret-meangap)``."""
        return f"{self.kind} {self.name!r} of plugin {self.plugin!r} ({self.distribution})"

    @property
    def installing(self) -> str:
        """The command that installs what it needs beyond its distribution; empty if nothing.

        pip takes the installed distribution, a checkout too, and adds what the extra lacks. A plugin that was added by
        hand has no distribution; its extra is taken for one of crossret.
        """
        return f"pip install '{self.distribution or 'crossret'}[{self.meta.extra}]'" if self.meta.extra else ""

    def load(self) -> Any:
        """Import the target.

        Raises:
            ComponentError: its module or class is missing; the line names the extra that installs what it needs.
        """
        module_name, _, attribute = self.target.partition(":")
        try:
            return getattr(importlib.import_module(module_name), attribute)
        except Exception as error:
            remedy = f"; try: {self.installing}" if self.installing else ""
            raise ComponentError(
                f"{self} cannot be loaded from {self.target}: {' '.join(str(error).split())}{_at(error)}{remedy}"
            ) from error


@dataclass
class Registry:
    """All components, by kind and name."""

    _components: dict[tuple[str, str], Component] = field(default_factory=dict)

    def add(self, component: Component) -> None:
        """Add a component.

        Raises:
            ComponentError: the name is taken or malformed, or the target is no ``module:attribute``.
            UsageError: the kind does not exist.
        """
        if component.kind not in KINDS:
            raise unknown("kind of component", component.kind, KINDS)
        if not component.name or ":" in component.name:
            raise ComponentError(
                f"{component}: the name is empty or has a colon, which begins an argument; expected a plain name"
            )
        if not all(component.target.partition(":")):
            raise ComponentError(f"{component}: target {component.target!r} is not 'package.module:Class'")
        taken = self._components.get((component.kind, component.name))
        if taken is not None:
            raise ComponentError(
                f"{component.kind} {component.name!r} is registered twice: by plugin {taken.plugin!r} "
                f"({taken.distribution}) and by plugin {component.plugin!r} ({component.distribution})"
            )
        self._components[component.kind, component.name] = component

    def remove_plugin(self, plugin: str, distribution: str) -> None:
        """Forget every component of a plugin that failed half-way."""
        gone = (plugin, distribution)
        self._components = {key: c for key, c in self._components.items() if (c.plugin, c.distribution) != gone}

    def __iter__(self) -> Iterator[Component]:
        """Components in the order of their kinds, then by name."""
        return iter(sorted(self._components.values(), key=lambda c: (KINDS.index(c.kind), c.name)))

    def names(self, kind: str) -> tuple[str, ...]:
        """Names of one kind, sorted."""
        return tuple(c.name for c in self if c.kind == kind)

    def get(self, kind: str, name: str) -> Component:
        """The component of ``name``, where ``timm:resnet18`` is the component ``timm``.

        Raises:
            UsageError: no such component, or an argument where none is taken (or none where one is needed).
        """
        if kind not in KINDS:
            raise unknown("kind of component", kind, KINDS)
        base, colon, argument = name.partition(":")
        component = self._components.get((kind, base))
        if component is None:
            raise unknown(kind, base, self.names(kind))
        if bool(colon) != bool(component.meta.argument) or bool(colon) != bool(argument):
            wanted = f"{base}:{component.meta.argument}" if component.meta.argument else base
            raise unknown(kind, name, (wanted,))
        return component

    def chain(self, kind: str, name: str) -> tuple[Component, ...]:
        """The component of a name and those inside it: ``clips:timm:resnet18`` is ``clips``, then ``timm``.

        Raises:
            UsageError: as :meth:`get`, for any of them.
        """
        component = self.get(kind, name)
        if not component.meta.wraps:
            return (component,)
        return (component, *self.chain(component.meta.wraps, name.partition(":")[2]))

    def build(self, kind: str, name: str, /, *args: Any, **options: Any) -> Any:
        """Import and construct a component; the part after the colon becomes the first argument.

        A component that wraps another gets that one instead, built with ``options["options"]``.

        Raises:
            UsageError: an option it does not take, or a value it refuses.
            ComponentError: it cannot be imported.
        """
        component = self.get(kind, name)
        argument = name.partition(":")[2]
        if component.meta.wraps:
            inner = options.pop("options", {})
            if not isinstance(inner, Mapping):
                raise UsageError(f"{kind} {name!r}: options of {argument!r} are {inner!r}; expected keys and values")
            return construct(component, (self.build(component.meta.wraps, argument, **inner), *args), options)
        return construct(component, (argument, *args) if argument else args, options)


def construct(component: Component, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Call the component's class after checking that it takes every option."""
    target = component.load()
    parameters = inspect.signature(target).parameters
    if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        known = list(parameters)[len(args) :]
        for option in options:
            if option not in known:
                raise unknown(f"option of {component.kind} {component.name!r}", option, known)
    try:
        built = target(*args, **options)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{component.kind} {component.name!r}: {error}") from error
    except (CrossretError, OSError):
        raise
    except Exception as error:
        raise ComponentError(f"{component} cannot be built: {reason(error)}{_at(error)}") from error
    remember(built, str(component))
    return built


def _at(error: Exception) -> str:
    place = raised_at(error)
    return f" ({place})" if place else ""
