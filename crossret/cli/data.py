"""``crossret data list | show | verify | check | fetch``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.options import LIST, data_options, table_format

if TYPE_CHECKING:
    from crossret.contracts.data import Dataset


@click.group(short_help="Data sets: list, show, verify, check, fetch.")
def data() -> None:
    """Data sets that plugins offer."""


def _protocol(dataset: Dataset, name: str, chosen: str | None) -> str:
    from crossret.errors import unknown

    if chosen is not None and chosen not in dataset.protocols:
        raise unknown(f"{name} protocol", chosen, dataset.protocols)
    return chosen or next(iter(dataset.protocols))


def _dataset(name: str, options: dict[str, Any]) -> Dataset:
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
def show_(name: str, protocol: str | None, card: bool, options: dict[str, Any], format_: str) -> None:
    """Counts per split and language, or the data card."""
    from crossret.cli.printing import plain_table, show

    dataset = _dataset(name, options)
    chosen = _protocol(dataset, name, protocol)
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
            plain_table(f"About {name}", ("what", "is"), description.extra.items()),
        ),
        format_,
    )


def _text(value: str | int | float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


@data.command()
@click.argument("name")
@data_options("--option")
def verify(name: str, options: dict[str, Any]) -> None:
    """Check every file; exit code 1 if something is wrong."""
    problems = _dataset(name, options).verify()
    for problem in problems:
        click.echo(f"{problem.where}: {problem.message}", err=True)
    if problems:
        sys.exit(1)
    click.echo(f"{name}: all files are in order")


@data.command()
@click.argument("name")
@click.option("--protocol", help="Default: the first.")
@click.option("--lang", "languages", type=LIST, default=(), help="Default: the source and every test language.")
@click.option(
    "--near",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.8,
    show_default=True,
    help="Captions are near from this share of common words on (of characters in pairs, without blanks).",
)
@data_options("--option")
@table_format()
def check(
    name: str,
    protocol: str | None,
    languages: tuple[str, ...],
    near: float,
    options: dict[str, Any],
    format_: str,
) -> None:
    """Look for items and captions that two splits share; exit code 1 if an item is in two of them.

    Captions that are alike are facts to know, not errors: short sentences repeat.
    """
    from crossret.cli.overlap_tables import overlap_tables
    from crossret.cli.printing import show
    from crossret.data.overlap import find_overlap
    from crossret.errors import unknown

    dataset = _dataset(name, options)
    chosen = _protocol(dataset, name, protocol)
    known = tuple(dict.fromkeys((dataset.source_language, *dataset.test_languages(chosen))))
    for language in languages:
        if language not in known:
            raise unknown(f"language of {name}", language, known)
    found = find_overlap(dataset, chosen, languages or known, near)
    show(overlap_tables(name, found, near), format_)
    for shared in found.items:
        click.echo(f"{len(shared.ids)} items of {shared.first!r} are in {shared.second!r} too", err=True)
    if found.items:
        sys.exit(1)


@data.command()
@click.argument("name")
@data_options("--option")
@click.option(
    "--trust-on-first-use",
    "trust",
    is_flag=True,
    help="Also fetch files without a known checksum; that of what comes is kept and checked from then on.",
)
def fetch(name: str, options: dict[str, Any], trust: bool) -> None:
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
