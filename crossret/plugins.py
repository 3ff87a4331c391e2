"""Finds plugins by entry point and loads each on its own, so that a broken one is a row and not a dead program.

Environment:
    CROSSRET_LOAD_PLUGINS: comma-separated names of distributions or entry points to load; empty loads none.
    CROSSRET_STRICT_PLUGINS: any value but ``0`` or empty turns a broken plugin into an error.
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import ModuleType

import click
import pluggy

from crossret import hookspecs
from crossret.contracts.meta import Meta
from crossret.errors import ComponentError, CrossretError
from crossret.registry import KINDS, Component, Registry

GROUP = "crossret"
LOAD_VARIABLE = "CROSSRET_LOAD_PLUGINS"
STRICT_VARIABLE = "CROSSRET_STRICT_PLUGINS"


@dataclass(frozen=True, slots=True)
class PluginRow:
    """One plugin as ``crossret plugins`` shows it; ``error`` is empty if it loaded."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...] = ()
    error: str = ""


@dataclass
class Plugins:
    """Every plugin found, what it registered, and the commands it adds."""

    registry: Registry = field(default_factory=Registry)
    rows: list[PluginRow] = field(default_factory=list)
    manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager("crossret"))

    def __post_init__(self) -> None:
        self.manager.add_hookspecs(hookspecs)

    def add(self, name: str, module: ModuleType, distribution: str = "", version: str = "") -> None:
        """Register a plugin module: its components, its hooks and its row.

        Raises:
            CrossretError: it has an unknown hook, or registers a component wrongly.
        """
        self.manager.register(module, name=name)
        try:
            self._check_hooks(name)
            for kind in KINDS:
                self._collect(kind, module, name, distribution)
        except Exception:
            self.manager.unregister(name=name)
            self.registry.remove_plugin(name)
            raise
        hooks = tuple(sorted(caller.name for caller in self.manager.get_hookcallers(module) or ()))
        self.rows.append(PluginRow(name, distribution, version, hooks))

    def _check_hooks(self, name: str) -> None:
        try:
            self.manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise ComponentError(f"plugin {name!r}: {error}") from error

    def _collect(self, kind: str, module: ModuleType, plugin: str, distribution: str) -> None:
        hook = getattr(module, hook_of(kind), None)
        if hook is None:
            return

        def register(name: str, target: str, meta: Meta | None = None) -> None:
            self.registry.add(Component(kind, name, target, meta or Meta(), plugin, distribution))

        hook(register=register)

    def add_commands(self, cli: click.Group) -> None:
        """Let every plugin add its commands; one that fails is reported as a broken plugin."""
        for name, module in self.manager.list_name_plugin():
            hook = getattr(module, "register_commands", None)
            if hook is None:
                continue
            try:
                hook(cli=cli)
            except Exception as error:
                self._fail(name, error)

    def load(self, entry_points: Iterable[importlib.metadata.EntryPoint]) -> None:
        """Load entry points, each isolated from the others."""
        for point in entry_points:
            distribution = point.dist.name if point.dist else ""
            version = point.dist.version if point.dist else ""
            try:
                self.add(point.name, point.load(), distribution, version)
            except Exception as error:
                self.rows.append(PluginRow(point.name, distribution, version))
                self._fail(point.name, error)

    def _fail(self, name: str, error: Exception) -> None:
        row = next(row for row in self.rows if row.name == name)
        reason = str(error) if isinstance(error, CrossretError) else f"{type(error).__name__}: {error}"
        if os.environ.get(STRICT_VARIABLE, "0") not in ("", "0"):
            raise ComponentError(f"plugin {name!r} ({row.distribution}) is broken: {reason}") from error
        self.rows[self.rows.index(row)] = PluginRow(name, row.distribution, row.version, row.hooks, reason)


def hook_of(kind: str) -> str:
    """``text-encoder`` → ``register_text_encoders``."""
    plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}es" if kind.endswith("ss") else f"{kind}s"
    return f"register_{plural.replace('-', '_')}"


def wanted() -> list[importlib.metadata.EntryPoint]:
    """The entry points of the group that ``CROSSRET_LOAD_PLUGINS`` admits, in a fixed order."""
    points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda p: (p.dist.name if p.dist else "", p.name))
    only = os.environ.get(LOAD_VARIABLE)
    if only is None:
        return points
    names = {name.strip() for name in only.split(",")}
    return [p for p in points if p.name in names or (p.dist and p.dist.name in names)]


@functools.cache
def plugins() -> Plugins:
    """All plugins of this process, loaded once."""
    found = Plugins()
    found.load(wanted())
    return found


def registry() -> Registry:
    """The components of all plugins."""
    return plugins().registry
