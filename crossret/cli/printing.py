"""Tables to the terminal or into files, through the renderers that plugins offer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import click

from crossret.atomic import write_text
from crossret.cli.group import command_line
from crossret.contracts.rendering import Cell, Renderer, Table
from crossret.following import check_follows
from crossret.makers import blamed, broken
from crossret.plugins import registry


def rendered(tables: tuple[Table, ...], format_: str) -> str:
    """Tables in a format.

    Raises:
        UsageError: no renderer of that name.
        ComponentError: it breaks its contract.
    """
    renderer = registry().build("renderer", format_)
    check_follows(renderer, Renderer)
    with blamed(renderer):
        document = renderer.render(tables)
    if not isinstance(document, str):
        raise broken(renderer, "a document as text", type(document).__name__)
    return document


def signed(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Tables that name the command that was typed for them: what is printed can be printed again."""
    return tuple(replace(table, command=command_line()) for table in tables)


def show(tables: tuple[Table, ...], format_: str, output: Path | None = None) -> None:
    """Print tables, or write them to a file."""
    document = rendered(tables, format_)
    if output is None:
        click.echo(document, nl=False)
    else:
        write_text(output, document)
        click.echo(f"wrote {output}", err=True)


def plain_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str] = ()) -> Table:
    """A table of texts."""
    return Table(title, tuple(columns), tuple(tuple(Cell(text, text) for text in row) for row in rows), tuple(notes))
