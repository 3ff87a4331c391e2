"""``crossret data list | show | verify | fetch``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from crossret.cli.options import data_options, table_format

if TYPE_CHECKING:
    from crossret.contracts.data import Dataset


@click.group(short_help="Data sets: list, show, verify, fetch.")
def data() -> None:
    """Data sets that plugins offer."""


def _dataset(name: str, options: dict[str, str]) -> Dataset:
    from crossret.plugins import registry

    dataset: Dataset = registry().build("dataset", name, **options)
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
@data_options("--option")
@table_format()
def show_(name: str, protocol: str | None, card: bool, options: dict[str, str], format_: str) -> None:
    """Counts per split and language, or the data card."""
    from crossret.cli.printing import plain_table, show
    from crossret.errors import unknown

    dataset = _dataset(name, options)
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
@data_options("--option")
def verify(name: str, options: dict[str, str]) -> None:
    """Check every file against the manifest; exit code 1 if something is wrong."""
    problems = _dataset(name, options).verify()
    for problem in problems:
        click.echo(f"{problem.where}: {problem.message}", err=True)
    if problems:
        sys.exit(1)
    click.echo(f"{name}: all files are as the manifest says")


@data.command()
@click.argument("name")
@data_options("--option")
@click.option(
    "--trust-on-first-use",
    "trust",
    is_flag=True,
    help="Also fetch files without a known hash; the hash of what comes is kept and checked from then on.",
)
def fetch(name: str, options: dict[str, str], trust: bool) -> None:
    """Fetch the files of a data set that may be fetched, from where they were published.

    Nothing is fetched without this command. Where a licence or a request form stands in the way, it says what to get
    from whom.
    """
    from crossret.contracts.data import FetchedDataset
    from crossret.errors import UsageError

    dataset = _dataset(name, options)
    if not isinstance(dataset, FetchedDataset):
        raise UsageError(f"data set {name!r} has nothing that could be fetched")
    dataset.fetch(trust=trust, report=lambda line: click.echo(line, err=True))
