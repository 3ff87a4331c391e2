"""Finds plugins by entry point and file, and loads each on its own: a broken one is a row and not a dead program.

Environment:
    CROSSRET_PLUGIN_FILES: see :mod:`crossret.inline`.
    CROSSRET_LOAD_PLUGINS: comma-separated names of distributions or entry points to load; empty loads none.
    CROSSRET_STRICT_PLUGINS: any value but ``0`` or empty turns a broken plugin into an error.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import os
import platform
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click
import pluggy

from crossret import hookspecs
from crossret.contracts.meta import Meta
from crossret.errors import ComponentError, UsageError, raised_at, reason
from crossret.hook_functions import check_hook
from crossret.inline import PluginFile, named_files, resolved, run_file, target_in
from crossret.load_cost import LoadCost, measured
from crossret.registry import KINDS, Component, Registry

GROUP = "crossret"
LOAD_VARIABLE = "CROSSRET_LOAD_PLUGINS"
STRICT_VARIABLE = "CROSSRET_STRICT_PLUGINS"

Resolve = Callable[[str | Callable[..., object]], str]


@dataclass(frozen=True, slots=True)
class PluginRow:
    """One plugin as ``crossret plugins`` shows it.

    Attributes:
        name: of the entry point, or of the file without its ending.
        distribution: that it came with; a file stands for itself.
        version: of the distribution, or ``sha256-`` and a hash of the file's content.
        error: why it could not be loaded; empty if it was.
        place: ``file:line`` that raised, if it is known.
    """

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...] = ()
    error: str = ""
    place: str = ""

    @property
    def key(self) -> str:
        """What tells it from all others: two distributions may give their plugins one name."""
        return f"{self.distribution}:{self.name}"


@dataclass
class Plugins:
    """Every plugin found, what it registered, and the commands it adds.

    Attributes:
        costs: what loading each of them took, by the key of its row.
    """

    registry: Registry = field(default_factory=Registry)
    rows: list[PluginRow] = field(default_factory=list)
    files: list[PluginFile] = field(default_factory=list)
    costs: dict[str, LoadCost] = field(default_factory=dict)
    manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager("crossret"))

    def __post_init__(self) -> None:
        self.manager.add_hookspecs(hookspecs)

    def add(
        self, name: str, module: object, distribution: str = "", version: str = "", resolve: Resolve | None = None
    ) -> None:
        """Register a plugin module: its components, its hooks and its row.

        Args:
            name: of the plugin.
            module: or any object with hooks.
            distribution: that it came with.
            version: of the distribution.
            resolve: makes ``package.module:Class`` of what is registered, if it need not be that.

        Raises:
            CrossretError: it has an unknown hook, or registers a component wrongly.
        """
        row = PluginRow(name, distribution, version)
        try:
            hooks = self._hooks(module)
            self.manager.register(module, name=row.key)
            for kind in KINDS:
                if hook_of(kind) in hooks:
                    self._collect(kind, hooks[hook_of(kind)], row, resolve or dotted_target)
        except BaseException:
            if self.manager.has_plugin(row.key):
                self.manager.unregister(name=row.key)
            self.registry.remove_plugin(name, distribution)
            raise
        self.rows.append(dataclasses.replace(row, hooks=tuple(sorted(hooks))))

    def _hooks(self, module: object) -> dict[str, Callable[..., object]]:
        """The functions that a module marked as hooks, by the name of the hook.

        Raises:
            UsageError: one of them is no hook of crossret.
            ComponentError: one takes other arguments than the hook has.
        """
        found = {}
        for attribute in dir(module):
            options = self.manager.parse_hookimpl_opts(module, attribute)
            if options is not None:
                function = getattr(module, attribute)
                name = options.get("specname") or attribute
                check_hook(name, function)
                found[name] = function
        return found

    def _collect(self, kind: str, hook: Callable[..., object], row: PluginRow, resolve: Resolve) -> None:
        def register(name: str, target: str | Callable[..., object], meta: Meta | None = None) -> None:
            dotted = resolve(target)
            self.registry.add(Component(kind, name, dotted, meta or Meta(), row.name, row.distribution))

        hook(register=register)

    def add_commands(self, cli: click.Group) -> None:
        """Let every plugin add its commands; one that fails is reported as a broken plugin."""
        for row in tuple(self.rows):
            if "register_commands" not in row.hooks:
                continue
            try:
                self._hooks(self.manager.get_plugin(row.key))["register_commands"](cli=cli)
            except (Exception, SystemExit) as error:
                self.report(row, error)

    def load(self, entry_points: Iterable[importlib.metadata.EntryPoint]) -> None:
        """Load entry points, each isolated from the others."""
        for point in entry_points:
            row = PluginRow(point.name, *origin(point))
            with measured(self.costs, row.key):
                try:
                    self.add(row.name, point.load(), row.distribution, row.version)
                except (Exception, SystemExit) as error:
                    self.report(row, error)

    def load_file(self, path: Path) -> PluginRow:
        """Load a plugin file, isolated as the others, unless it is loaded already.

        Raises:
            UsageError: no such file, or another of the same name is loaded.
        """
        path = resolved(path)
        loaded = next((file for file in self.files if file.path == path), None)
        return self._row_of(loaded) if loaded else self.load_content(PluginFile.of(path, path.read_bytes()))

    def load_content(self, file: PluginFile) -> PluginRow:
        """Load what was read from a plugin file, which need not exist on this machine.

        Raises:
            UsageError: another of the same name is loaded.
        """
        for loaded in self.files:
            if loaded.path == file.path:
                return self._row_of(loaded)
            if loaded.distribution == file.distribution:
                raise UsageError(f"plugin files {loaded.path} and {file.path} have the same name; rename one of them")
        self.files.append(file)
        row = PluginRow(file.path.stem, file.distribution, file.version)
        with measured(self.costs, row.key):
            try:
                module = run_file(file)
                self.add(row.name, module, row.distribution, row.version, functools.partial(target_in, module))
            except (Exception, SystemExit) as error:
                self.report(row, error)
        return self._row_of(file)

    def _row_of(self, file: PluginFile) -> PluginRow:
        return next(row for row in self.rows if row.distribution == file.distribution)

    def report_missing(self, name: str) -> None:
        """Note a plugin that was asked for and is not installed."""
        self.report(PluginRow(name, "", ""), ComponentError(f"named in {LOAD_VARIABLE}, but not installed"))

    def report(self, row: PluginRow, error: BaseException) -> None:
        """Note why a plugin is left out.

        Raises:
            ComponentError: in strict mode.
        """
        said, place = reason(error), raised_at(error)
        if os.environ.get(STRICT_VARIABLE, "0") not in ("", "0"):
            where = f" ({place})" if place else ""
            raise ComponentError(f"plugin {row.name!r} ({row.distribution}) is broken: {said}{where}") from error
        broken = dataclasses.replace(row, error=said, place=place)
        if row not in self.rows:
            self.rows.append(broken)
        self.rows[:] = [broken if other == row else other for other in self.rows]


def dotted_target(target: str | Callable[..., object]) -> str:
    """What an installed plugin registers, as it is.

    Raises:
        ComponentError: a class or anything else that had to be imported already.
    """
    if isinstance(target, str):
        return target
    raise ComponentError(
        f"registers {target!r}; expected 'package.module:Class', which is imported when it is first used"
    )


def hook_of(kind: str) -> str:
    """``text-encoder`` → ``register_text_encoders``."""
    plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}es" if kind.endswith("ss") else f"{kind}s"
    return f"register_{plural.replace('-', '_')}"


def origin(point: importlib.metadata.EntryPoint) -> tuple[str, str]:
    """Name and version of the distribution that an entry point came with; empty if its metadata is broken."""
    return _named_and_versioned(point.dist) if point.dist else ("", "")


@functools.cache
def _named_and_versioned(distribution: importlib.metadata.Distribution) -> tuple[str, str]:
    """Each question to a distribution parses its metadata anew, long description included."""
    try:
        metadata = distribution.metadata
        return metadata["Name"] or "", metadata["Version"] or ""
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
    asked = _named(os.environ.get(LOAD_VARIABLE, ""))
    if not asked:
        return []
    found = [_names(point) for point in importlib.metadata.entry_points(group=GROUP)]
    return sorted(asked.difference(*found))


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
    for path in named_files():
        try:
            found.load_file(path)
        except (UsageError, OSError) as error:
            found.report(PluginRow(path.stem, path.name, ""), error)
    return found


def check_files(expected: Iterable[PluginFile]) -> None:
    """Load the plugin files of a plan in this process, unless they are loaded.

    One that this machine does not have is loaded as it was read when the run was planned.

    Raises:
        ComponentError: one of them is broken, or not what it was when the run was planned.
    """
    for file in expected:
        row = plugins().load_file(file.path) if file.path.is_file() else plugins().load_content(file)
        if row.version != file.version:
            raise ComponentError(
                f"plugin file {file.path} was changed after the run was planned ({file.version}, found {row.version}); "
                "start the command again, and what it changes is computed anew"
            )
        if row.error:
            raise ComponentError(broken_file(row))


def check_versions(expected: Mapping[str, str]) -> None:
    """Whether this machine has the distributions that a run was planned with.

    Args:
        expected: version by name of a distribution.

    Raises:
        ComponentError: one of them is missing or has another version.
    """
    here = {row.distribution: row.version for row in plugins().rows}
    for name, version in expected.items():
        if here.get(name) != version:
            found = here.get(name, "none")
            raise ComponentError(
                f"{platform.node()} has {name} {found}, but the run was planned with {version}; every machine needs "
                "the same"
            )


def broken_file(row: PluginRow) -> str:
    """The line for a plugin file that was asked for and cannot be loaded."""
    return f"plugin file {row.place or row.distribution}: {row.error}"


def registry() -> Registry:
    """The components of all plugins."""
    return plugins().registry
