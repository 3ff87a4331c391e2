"""``crossret components``."""

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
