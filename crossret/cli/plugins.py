"""``crossret plugins`` and ``crossret plugins doctor``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.options import Assignment, plugin_files, table_format

if TYPE_CHECKING:
    from crossret.plugins import PluginRow, Plugins

as_json = click.option("--json", "as_json", is_flag=True, help="For programs; names, versions, components, errors.")


@click.group(invoke_without_command=True, short_help="Which plugins were found, and what is wrong with them.")
@click.option("--hook", help="Only plugins with this hook, e.g. register_losses.")
@as_json
@plugin_files
@table_format()
@click.pass_context
def plugins(context: click.Context, hook: str | None, as_json: bool, format_: str) -> None:
    """List plugins; a broken one is shown with the reason."""
    if context.invoked_subcommand is not None:
        return
    from crossret.cli.printing import plain_table, show
    from crossret.errors import unknown
    from crossret.hook_functions import hook_names
    from crossret.plugins import plugins as loaded

    if hook is not None and hook not in hook_names():
        raise unknown("hook", hook, hook_names())
    found = loaded()
    rows = [row for row in found.rows if hook is None or hook in row.hooks]
    if as_json:
        click.echo(json.dumps([_facts(found, row) for row in rows], indent=1, ensure_ascii=False))
        return
    shown = [(row.name, row.distribution, row.version, _state(row)) for row in rows]
    notes = [f"{row.name} is broken and was left out; see crossret plugins doctor." for row in rows if row.error]
    show((plain_table("Plugins", ("plugin", "distribution", "version", "hooks or error"), shown, notes),), format_)


@plugins.command()
@as_json
@plugin_files
@table_format()
@click.pass_context
def doctor(context: click.Context, as_json: bool, format_: str) -> None:
    """Look for what is wrong: load errors, hooks, targets, versions, start-up time, extras.

    The exit status is 1 if something is broken.
    """
    from crossret.cli.printing import plain_table, show
    from crossret.diagnosis import findings
    from crossret.plugins import STRICT_VARIABLE
    from crossret.plugins import plugins as loaded

    # Everything is to be told, not the first error.
    os.environ.pop(STRICT_VARIABLE, None)
    found = loaded()
    told = findings(found)
    if as_json:
        facts = {
            "versions": _versions(),
            "plugins": [_facts(found, row) for row in found.rows],
            "findings": [
                {
                    "level": f.level,
                    "plugin": f.plugin,
                    "distribution": f.distribution,
                    "what": f.what,
                    "remedy": f.remedy,
                }
                for f in told
            ],
        }
        click.echo(json.dumps(facts, indent=1, ensure_ascii=False))
    else:
        loads = [
            (r.name, r.distribution, r.version, _milliseconds(found, r), _components(found, r)) for r in found.rows
        ]
        columns = ("plugin", "distribution", "version", "ms to register", "components")
        versions = [", ".join(f"{name} {version}" for name, version in _versions().items())]
        tables = [plain_table("Plugins", columns, loads, versions)]
        if told:
            rows = [(f.level, f.plugin, f.distribution, f.what, f.remedy) for f in told]
            tables.append(plain_table("Findings", ("level", "plugin", "distribution", "what", "what helps"), rows))
        show(tuple(tables), format_)
    broken = sum(finding.level == "broken" for finding in told)
    click.echo(f"{broken} broken, {len(told) - broken} other findings" if told else "nothing is wrong", err=True)
    context.exit(1 if broken else 0)


@plugins.command()
@click.argument("name")
@click.option("--kind", required=True, help="Kind of its component, e.g. loss; crossret components lists them.")
@click.option(
    "--in",
    "parent",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder to write the distribution's folder in; default: here.",
)
def new(name: str, kind: str, parent: Path) -> None:
    """Write a small distribution with one component that works, to begin a plugin with.

    NAME is that of the distribution, e.g. crossret-mean-gap, which registers the component mean-gap.
    """
    from crossret.errors import unknown
    from crossret.plugins import registry
    from crossret.registry import KINDS
    from crossret.scaffold.names import names_of
    from crossret.scaffold.writing import write_distribution

    if kind not in KINDS:
        raise unknown("kind of component", kind, KINDS)
    folder = write_distribution(names_of(name, kind, registry()), kind, parent)
    click.echo(f"wrote {folder}; next: pip install -e {folder} && crossret plugins check {name}")


@plugins.command()
@click.argument("name")
@click.option(
    "--option",
    "options",
    type=Assignment(),
    multiple=True,
    metavar="KEY=VALUE",
    callback=lambda _, __, pairs: dict(pairs),
    help="Option that the component is built with; may be given several times.",
)
@click.option("--verbose", is_flag=True, help="Also show what each check demands.")
@plugin_files
@table_format()
@click.pass_context
def check(context: click.Context, name: str, options: dict[str, Any], verbose: bool, format_: str) -> None:
    """Check whether components keep the contracts of their kinds.

    NAME is a distribution, a plugin, a plugin file given by --plugin, or a component, e.g. timm:resnet18. The exit
    status is 1 if a check fails.
    """
    from crossret.cli.check_table import check_table
    from crossret.cli.printing import show
    from crossret.plugins import registry
    from crossret.testing.conformance import components_called, outcomes_of, with_argument

    one = with_argument(name, options, registry())
    components = (one[0],) if one else components_called(name, registry())
    outcomes = list(outcomes_of(components, registry(), {one[0].name: one[1]} if one else {}))
    show((check_table(name, outcomes, verbose),), format_)
    failed = sum(outcome.verdict == "fail" for outcome in outcomes)
    passed = sum(outcome.verdict == "pass" for outcome in outcomes)
    left = len(outcomes) - failed - passed
    click.echo(f"{passed} passed, {failed} failed, {left} not applicable", err=True)
    context.exit(1 if failed else 0)


def _state(row: PluginRow) -> str:
    if row.error:
        return f"{row.error} ({row.place})" if row.place else row.error
    return ", ".join(row.hooks) or "nothing registered"


def _facts(found: Plugins, row: PluginRow) -> dict[str, Any]:
    components = [{"kind": c.kind, "name": c.name, "target": c.target} for c in found.registry if _has(row, c)]
    cost = found.costs.get(row.key)
    return {
        "name": row.name,
        "distribution": row.distribution,
        "version": row.version,
        "hooks": list(row.hooks),
        "components": components,
        "milliseconds": round(cost.milliseconds, 1) if cost else None,
        "error": row.error,
        "place": row.place,
    }


def _has(row: PluginRow, component: Any) -> bool:
    return (component.plugin, component.distribution) == (row.name, row.distribution)


def _milliseconds(found: Plugins, row: PluginRow) -> str:
    cost = found.costs.get(row.key)
    return f"{cost.milliseconds:.1f}" if cost else ""


def _components(found: Plugins, row: PluginRow) -> str:
    return "broken" if row.error else str(sum(_has(row, component) for component in found.registry))


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from crossret import __version__

    found = {"crossret": __version__, "python": platform.python_version()}
    for package in ("pluggy", "torch", "transformers"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
