"""``crossret data list | show | verify``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from crossret.cli.options import table_format

if TYPE_CHECKING:
    from crossret.contracts.data import Dataset


@click.group(short_help="Data sets: list, show, verify.")
def data() -> None:
    """Data sets that plugins offer."""


def _dataset(name: str) -> Dataset:
    from crossret.plugins import registry

    dataset: Dataset = registry().build("dataset", name)
    return dataset


@data.command("list")
@table_format()
def list_(format_: str) -> None:
    """Every data set with its licence."""
    from crossret.cli.printing import plain_table, show
    from crossret.plugins import registry

    rows = [(c.name, c.meta.summary, c.meta.licence) for c in registry() if c.kind == "dataset"]
    show((plain_table("Data sets", ("name", "summary", "licence"), rows),), format_)


@data.command("show")
@click.argument("name")
@click.option("--protocol", help="Default: the first.")
@click.option("--card", is_flag=True, help="Print the data card instead.")
@table_format()
def show_(name: str, protocol: str | None, card: bool, format_: str) -> None:
    """Counts per split and language, or the data card."""
    from crossret.cli.printing import plain_table, show
    from crossret.errors import unknown

    dataset = _dataset(name)
    chosen = protocol or next(iter(dataset.protocols))
    if chosen not in dataset.protocols:
        raise unknown(f"{name} protocol", chosen, dataset.protocols)
    description = dataset.describe(chosen)
    if card:
        click.echo(description.card)
        return
    protocols = [(n, info.summary, ", ".join(info.galleries)) for n, info in dataset.protocols.items()]
    fields = list(dict.fromkeys(field for row in description.languages.values() for field in row))
    languages = [(lang, *(_text(row.get(f, "")) for f in fields)) for lang, row in description.languages.items()]
    show(
        (
            plain_table(f"Protocols of {name}", ("protocol", "what it measures", "galleries"), protocols),
            plain_table(f"{name}, {chosen}", ("what", "count"), [(k, str(v)) for k, v in description.counts.items()]),
            plain_table(f"Languages of {name}", ("lang", *fields), languages),
        ),
        format_,
    )


def _text(value: str | int | float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


@data.command()
@click.argument("name")
def verify(name: str) -> None:
    """Check every file against the manifest; exit code 1 if something is wrong."""
    problems = _dataset(name).verify()
    for problem in problems:
        click.echo(f"{problem.where}: {problem.message}", err=True)
    if problems:
        sys.exit(1)
    click.echo(f"{name}: all files are as the manifest says")
