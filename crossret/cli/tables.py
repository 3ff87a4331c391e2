"""``crossret leaderboard``, ``ablation`` and ``scores``: tables from record files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.options import LIST, Command, runs, table_format

if TYPE_CHECKING:
    from crossret.contracts.rendering import Table
    from crossret.results.store import Stored


def _selection(command: Command) -> Command:
    """Options that choose records and figures."""
    for option in (
        click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file."),
        table_format(),
        click.option(
            "--mix-protocols",
            is_flag=True,
            help="Put records of different data sets or protocols into one table; nothing is compared between them.",
        ),
        click.option("--subset", default="", help="A subset of queries, e.g. without-copies."),
        click.option("--lang", "languages", type=LIST, default=None, help="Only these languages."),
        click.option("--gallery", help="Only this gallery."),
        click.option("--suite", help="Only records of this suite."),
        runs,
    ):
        command = option(command)
    return command


def figures(command: Command) -> Command:
    """Options that choose the figure and the row to compare with."""
    for option in (
        click.option("--baseline", help="Compare with this method; default: the suite's reference row."),
        click.option("--direction", default="both", show_default=True, help="both, t2v or v2t."),
        click.option("--metric", default="sumr", show_default=True, help="sumr, r1, r5, r10, medr, meanr or map."),
    ):
        command = option(command)
    return command


by = click.option("--by", default="language", show_default=True, help="Columns: language, script, family or resources.")


def stored_in(paths: tuple[Path, ...], suite: str | None) -> list[Stored]:
    """The records of a suite, or of the only one there is.

    Raises:
        UsageError: no record of that suite.
    """
    from crossret.errors import unknown
    from crossret.results.store import read_all

    found = read_all(paths)
    if suite is None:
        return found
    chosen = [stored for stored in found if stored.record.suite == suite]
    if not chosen:
        raise unknown("suite", suite, {stored.record.suite for stored in found})
    return chosen


def _print(make: Callable[..., tuple[Table, ...]], stored: list[Stored], options: dict[str, Any]) -> None:
    from crossret.cli.printing import show, signed
    from crossret.results.mixing import mixed

    if options.pop("mix_protocols"):
        make = partial(mixed, make)
    format_, output = options.pop("format_"), options.pop("output")
    show(signed(make(stored, **options)), format_, output)


@click.command(short_help="Rank the methods of finished runs.")
@_selection
@figures
@by
def leaderboard(**options: Any) -> None:
    """Rank methods: languages as columns, difference to the reference row with its interval.

    Published numbers of the same test sets stand below, where the suite has some.
    """
    from crossret.results.leaderboard import leaderboard as make
    from crossret.results.published_file import read_published

    runs = options.pop("runs")
    stored = stored_in(runs, options.pop("suite"))
    published = read_published(runs, {one.record.suite for one in stored})
    _print(make, stored, {**options, "published": published})


@click.command(short_help="What each term of a method is worth.")
@_selection
@figures
@by
def ablation(**options: Any) -> None:
    """Lay out variants of a method by the objective terms that they keep."""
    from crossret.results.ablation import ablation as make

    _print(make, stored_in(options.pop("runs"), options.pop("suite")), options)


@click.command(short_help="Every figure of every method, per language and direction.")
@_selection
def scores(**options: Any) -> None:
    """R@1, R@5, R@10, MedR, MeanR and mAP, the long table."""
    from crossret.results.detail import detail as make

    _print(make, stored_in(options.pop("runs"), options.pop("suite")), options)
