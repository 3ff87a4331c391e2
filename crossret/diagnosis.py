"""What is wrong with the plugins of this process: ``crossret plugins doctor``."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal

from crossret.errors import nearest
from crossret.inline import FOLDER_FILE
from crossret.load_cost import HEAVY
from crossret.plugins import PluginRow, Plugins
from crossret.registry import Component
from crossret.requirements import extras_of, unmet

Level = Literal["broken", "warning", "note"]
SLOW_MILLISECONDS = 100.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a user or an author may want to mend.

    Attributes:
        level: ``broken``: something does not work; ``warning``: it costs every command time, or will fail when it is
            used; ``note``: something is not installed that only some components need.
        remedy: what helps, e.g. the line that installs what is missing; empty if there is nothing to say.
    """

    level: Level
    plugin: str
    distribution: str
    what: str
    remedy: str = ""


def findings(plugins: Plugins) -> list[Finding]:
    """Everything found, the worst first."""
    found = [
        *_load_errors(plugins),
        *_requirements(plugins),
        *_targets(plugins),
        *_costs(plugins),
        *_extras(plugins),
        *_file_beside(plugins),
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: ("broken", "warning", "note").index(finding.level))


def _load_errors(plugins: Plugins) -> Iterator[Finding]:
    for row in plugins.rows:
        if row.error:
            where = f" ({row.place})" if row.place else ""
            yield Finding("broken", row.name, row.distribution, f"not loaded: {row.error}{where}")


def _requirements(plugins: Plugins) -> Iterator[Finding]:
    for distribution in sorted({row.distribution for row in plugins.rows} - {""}):
        for need in unmet(distribution):
            yield Finding("broken", "", distribution, f"needs {need}", f"pip install '{need.requirement}'")


def _targets(plugins: Plugins) -> Iterator[Finding]:
    for component in plugins.registry:
        fault = _fault_of_target(component)
        if fault:
            yield Finding("broken", component.plugin, component.distribution, f"{_named(component)}: {fault}")


def _fault_of_target(component: Component) -> str:
    """Why a target cannot be there, without importing its module; empty if nothing speaks against it."""
    module, _, attribute = component.target.partition(":")
    try:
        spec = importlib.util.find_spec(module)
    except Exception as error:
        return f"{module} cannot be found: {type(error).__name__}: {error}"
    if spec is None:
        return f"there is no module {module}"
    if spec.origin is None or not spec.origin.endswith(".py"):
        return ""
    names = _names_in(Path(spec.origin))
    if names is None or attribute in names:
        return ""
    return f"{spec.origin} has no {attribute!r}{nearest(attribute, names)}"


def _names_in(file: Path) -> set[str] | None:
    """Names at the top level of a file; ``None`` if its source does not tell them all."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
    return None if {"*", "__getattr__"} & names else names


def _costs(plugins: Plugins) -> Iterator[Finding]:
    files = {file.distribution for file in plugins.files}
    for row in plugins.rows:
        cost = plugins.costs.get(row.key)
        if cost is None or row.distribution in files:
            continue
        heavy = sorted({*cost.imports, *_held(plugins, row)})
        if heavy:
            what = f"imports {', '.join(heavy)} when it is registered, which every command waits for"
            remedy = "import it in the component's module, and register that as 'package.module:Class'"
            yield Finding("warning", row.name, row.distribution, what, remedy)
        if cost.milliseconds > SLOW_MILLISECONDS:
            what = f"takes {cost.milliseconds:.0f} ms to register, which every command waits for"
            yield Finding("warning", row.name, row.distribution, what)


def _held(plugins: Plugins, row: PluginRow) -> set[str]:
    """Heavy libraries that its module holds something of: another plugin may have been the first to import them."""
    module = plugins.manager.get_plugin(row.key)
    if not isinstance(module, ModuleType):
        return set()
    homes = (getattr(found, "__module__", None) or getattr(found, "__name__", "") for found in vars(module).values())
    return {home.partition(".")[0] for home in homes if isinstance(home, str)} & set(HEAVY)


def _extras(plugins: Plugins) -> Iterator[Finding]:
    lacking: dict[tuple[str, str, str], list[Component]] = {}
    for component in plugins.registry:
        if component.meta.extra:
            key = (component.plugin, component.distribution, component.meta.extra)
            lacking.setdefault(key, []).append(component)
    for (plugin, distribution, extra), components in lacking.items():
        names = ", ".join(_named(component) for component in components)
        known = extras_of(distribution)
        if known is not None and extra not in known:
            what = f"{names}: the extra {extra!r} is none of {distribution}{nearest(extra, known)}"
            yield Finding("warning", plugin, distribution, what)
        needs = unmet(distribution, extra)
        if needs:
            what = f"{names}: needs {', '.join(map(str, needs))}"
            yield Finding("note", plugin, distribution, what, components[0].installing)


def _file_beside(plugins: Plugins) -> Iterator[Finding]:
    beside = Path.cwd() / FOLDER_FILE
    if beside.is_file() and beside.resolve() not in {file.path for file in plugins.files}:
        what = f"{FOLDER_FILE} in this folder is not loaded"
        yield Finding("note", beside.stem, FOLDER_FILE, what, "--plugin . loads it")


def _named(component: Component) -> str:
    return f"{component.kind} {component.name!r}"
