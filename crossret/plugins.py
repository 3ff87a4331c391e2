"""Finds plugins by entry point and loads each on its own, so that a broken one is a row and not a dead program.

Environment:
    CROSSRET_LOAD_PLUGINS: comma-separated names of distributions or entry points to load; empty loads none.
    CROSSRET_STRICT_PLUGINS: any value but ``0`` or empty turns a broken plugin into an error.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import click
import pluggy

from crossret import hookspecs
from crossret.contracts.meta import Meta
from crossret.errors import ComponentError, CrossretError, unknown
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

    @property
    def key(self) -> str:
        """What tells it from all others: two distributions may give their plugins one name."""
        return f"{self.distribution}:{self.name}"


@dataclass
class Plugins:
    """Every plugin found, what it registered, and the commands it adds."""

    registry: Registry = field(default_factory=Registry)
    rows: list[PluginRow] = field(default_factory=list)
    manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager("crossret"))

    def __post_init__(self) -> None:
        self.manager.add_hookspecs(hookspecs)

    def add(self, name: str, module: object, distribution: str = "", version: str = "") -> None:
        """Register a plugin module: its components, its hooks and its row.

        Raises:
            CrossretError: it has an unknown hook, or registers a component wrongly.
        """
        row = PluginRow(name, distribution, version)
        try:
            self.manager.register(module, name=row.key)
            hooks = self._hooks(module)
            for kind in KINDS:
                if hook_of(kind) in hooks:
                    self._collect(kind, hooks[hook_of(kind)], row)
        except BaseException:
            if self.manager.has_plugin(row.key):
                self.manager.unregister(name=row.key)
            self.registry.remove_plugin(name, distribution)
            raise
        self.rows.append(dataclasses.replace(row, hooks=tuple(sorted(hooks))))

    def _hooks(self, module: object) -> dict[str, Callable[..., object]]:
        """The functions that a module marked as hooks.

        Raises:
            UsageError: one of them is no hook of crossret.
        """
        callers = self.manager.get_hookcallers(module) or []
        for caller in callers:
            if not caller.has_spec():
                raise unknown("hook", caller.name, (name for name in dir(hookspecs) if name.startswith("register_")))
        return {
            caller.name: found.function
            for caller in callers
            for found in caller.get_hookimpls()
            if found.plugin is module
        }

    def _collect(self, kind: str, hook: Callable[..., object], row: PluginRow) -> None:
        def register(name: str, target: str, meta: Meta | None = None) -> None:
            self.registry.add(Component(kind, name, target, meta or Meta(), row.name, row.distribution))

        hook(register=register)

    def add_commands(self, cli: click.Group) -> None:
        """Let every plugin add its commands; one that fails is reported as a broken plugin."""
        for row in tuple(self.rows):
            if "register_commands" not in row.hooks:
                continue
            try:
                self._hooks(self.manager.get_plugin(row.key))["register_commands"](cli=cli)
            except (Exception, SystemExit) as error:
                self._broken(row, error)

    def load(self, entry_points: Iterable[importlib.metadata.EntryPoint]) -> None:
        """Load entry points, each isolated from the others."""
        for point in entry_points:
            distribution, version = origin(point)
            try:
                self.add(point.name, point.load(), distribution, version)
            except (Exception, SystemExit) as error:
                self._broken(PluginRow(point.name, distribution, version), error)

    def report_missing(self, name: str) -> None:
        """Note a plugin that was asked for and is not installed."""
        self._broken(PluginRow(name, "", ""), ComponentError(f"named in {LOAD_VARIABLE}, but not installed"))

    def _broken(self, row: PluginRow, error: BaseException) -> None:
        said = str(error) if isinstance(error, CrossretError) else f"{type(error).__name__}: {error}"
        reason = " ".join(said.split())
        if os.environ.get(STRICT_VARIABLE, "0") not in ("", "0"):
            raise ComponentError(f"plugin {row.name!r} ({row.distribution}) is broken: {reason}") from error
        broken = dataclasses.replace(row, error=reason)
        if row not in self.rows:
            self.rows.append(broken)
        self.rows[:] = [broken if other == row else other for other in self.rows]


def hook_of(kind: str) -> str:
    """``text-encoder`` → ``register_text_encoders``."""
    plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}es" if kind.endswith("ss") else f"{kind}s"
    return f"register_{plural.replace('-', '_')}"


def origin(point: importlib.metadata.EntryPoint) -> tuple[str, str]:
    """Name and version of the distribution that an entry point came with; empty if its metadata is broken."""
    try:
        return (point.dist.name or "", point.dist.version or "") if point.dist else ("", "")
    except Exception:
        return "", ""


def wanted() -> list[importlib.metadata.EntryPoint]:
    """The entry points of the group that ``CROSSRET_LOAD_PLUGINS`` admits, in a fixed order."""
    points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: (*origin(point), point.name))
    only = os.environ.get(LOAD_VARIABLE)
    if only is None:
        return points
    names = _named(only)
    return [point for point in points if names & _names(point)]


def missing() -> list[str]:
    """Names in ``CROSSRET_LOAD_PLUGINS`` that no entry point or distribution has."""
    found = [_names(point) for point in importlib.metadata.entry_points(group=GROUP)]
    return sorted(_named(os.environ.get(LOAD_VARIABLE, "")).difference(*found))


def _named(variable: str) -> set[str]:
    return {_normalised(name) for name in variable.split(",")} - {""}


def _names(point: importlib.metadata.EntryPoint) -> set[str]:
    return {_normalised(point.name), _normalised(origin(point)[0])}


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


@functools.cache
def plugins() -> Plugins:
    """All plugins of this process, loaded once."""
    found = Plugins()
    found.load(wanted())
    for name in missing():
        found.report_missing(name)
    return found


def registry() -> Registry:
    """The components of all plugins."""
    return plugins().registry
