"""``crossret components`` and ``crossret plugins``."""

from __future__ import annotations

import click

from crossret.cli.options import plugin_files, table_format


@click.command(short_help="What can be put into a recipe.")
@click.option("--kind", help="Only one kind, e.g. loss.")
@plugin_files
@table_format()
def components(kind: str | None, format_: str) -> None:
    """List the components of all plugins."""
    from crossret.cli.printing import plain_table, show
    from crossret.errors import unknown
    from crossret.plugins import registry
    from crossret.registry import KINDS

    if kind is not None and kind not in KINDS:
        raise unknown("kind of component", kind, KINDS)
    rows = [
        (
            c.kind,
            f"{c.name}:{c.meta.argument}" if c.meta.argument else c.name,
            c.meta.summary,
            f"{c.distribution}: {c.plugin}",
            c.installing,
        )
        for c in registry()
        if kind in (None, c.kind)
    ]
    show((plain_table("Components", ("kind", "name", "summary", "from", "needs"), rows),), format_)


@click.command(short_help="Which plugins were found, and what is wrong with them.")
@plugin_files
@table_format()
def plugins(format_: str) -> None:
    """List plugins; a broken one is shown with the reason."""
    from crossret.cli.printing import plain_table, show
    from crossret.plugins import plugins as found

    rows = [
        (row.name, row.distribution, row.version, row.error or ", ".join(row.hooks) or "nothing registered")
        for row in found().rows
    ]
    broken = [f"{row.name} is broken and was left out." for row in found().rows if row.error]
    show((plain_table("Plugins", ("plugin", "distribution", "version", "hooks or error"), rows, broken),), format_)
