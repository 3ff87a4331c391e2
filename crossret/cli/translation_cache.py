"""``crossret translate cache``: what engines have said so far."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.group import command_line
from crossret.cli.options import LIST, plugin_files, table_format

if TYPE_CHECKING:
    from crossret.contracts.rendering import Table
    from crossret.translation.cache.contents import Chosen, HopContents

COLUMNS = ("hop", "engine", "from", "to", "mode", "version", "texts", "failed", "alternatives", "kB", "begun", "used")


@click.group("cache")
def cache() -> None:
    """Show, export or remove what engines have translated so far."""


def _choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Options that choose hops; the command gets them as one."""

    @functools.wraps(command)
    def choosing(
        hops: tuple[str, ...], engines: tuple[str, ...], sources: tuple[str, ...], targets: tuple[str, ...], **rest: Any
    ) -> None:
        from crossret.translation.cache.contents import Chosen

        command(chosen=Chosen(hops, engines, sources, targets), **rest)

    for option in (
        click.option("--to", "targets", type=LIST, default=(), help="Only hops into these languages, BCP-47."),
        click.option("--from", "sources", type=LIST, default=(), help="Only hops from these languages, BCP-47."),
        click.option("--engine", "engines", type=LIST, default=(), help="Only hops of these engines."),
        click.option("--hop", "hops", type=LIST, default=(), help="Only these hops, as 'stats' names them."),
    ):
        choosing = option(choosing)
    return choosing


@cache.command(short_help="Texts, failures and size, hop by hop.")
@_choosing
@table_format()
def stats(chosen: Chosen, format_: str) -> None:
    """Print what the cache holds."""
    from crossret.cli.printing import show
    from crossret.translation.cache.contents import contents_of
    from crossret.translation.cache.file import cache_file, opened_for_reading

    path = cache_file()
    with opened_for_reading(path) as connection:
        found = chosen.of(contents_of(connection) if connection else ())
    size = path.stat().st_size if path.exists() else 0
    notes = [f"{path}, {size / 1e6:.1f} MB" if size else f"{path} does not exist yet: nothing was translated so far"]
    show((_table("Translations in the cache", found, notes),), format_)


@cache.command(short_help="Write answers to a file that the translator 'file' reads.")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@_choosing
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
def export(path: Path, chosen: Chosen, overwrite: bool) -> None:
    """Write answers to PATH (.jsonl, .tsv or .csv, plain or with .gz behind it), and their provenance beside it.

    JSON lines have scores and alternatives, too. A file has one hop of each pair of languages.
    """
    from crossret.errors import UsageError
    from crossret.translation.cache.contents import contents_of
    from crossret.translation.cache.export import export as write
    from crossret.translation.cache.file import cache_file, opened_for_reading
    from crossret.translation.provenance import provenance_file

    if path.exists() and not overwrite:
        raise UsageError(f"{path}: exists; name another file, or replace it with --overwrite")
    with opened_for_reading(cache_file()) as connection:
        if connection is None:
            raise UsageError(f"{cache_file()} does not exist yet: nothing to export")
        rows = write(connection, chosen.of(contents_of(connection)), path, command_line())
    click.echo(f"wrote {path} ({rows:,} texts) and {provenance_file(path).name}", err=True)


@cache.command(short_help="Remove hops, versions that are not installed any more, or failures.")
@_choosing
@click.option("--failed", is_flag=True, help="Only texts that failed, so that they are asked again.")
@click.option("--stale", is_flag=True, help="Only hops that their engine, as it is installed now, would not take.")
@click.option("--dry-run", is_flag=True, help="Print what would be removed.")
@plugin_files
@table_format()
def prune(chosen: Chosen, failed: bool, stale: bool, dry_run: bool, format_: str) -> None:
    """Remove answers for good. Options narrow what is removed; at least one is needed.

    Hops of an engine that cannot be asked here are never stale.
    """
    from crossret.cli.printing import show
    from crossret.errors import UsageError
    from crossret.translation.cache.contents import Chosen, contents_of, remove_failed, remove_hops
    from crossret.translation.cache.file import cache_file, opened, opened_for_reading

    if chosen == Chosen() and not failed and not stale:
        raise UsageError("prune: say what to remove: --hop, --engine, --from, --to, --stale or --failed")
    with opened_for_reading(cache_file()) as connection:
        found = chosen.of(contents_of(connection) if connection else ())
    notes: list[str] = []
    if stale:
        found, notes = _stale(found)
    if failed:
        found = [hop for hop in found if hop.failed]
    removed = sum(hop.failed if failed else hop.texts for hop in found)
    if found and not dry_run:
        with opened(cache_file()) as connection:
            (remove_failed if failed else remove_hops)(connection, found)
    done = "would remove" if dry_run else "removed"
    what = "failed texts" if failed else "texts"
    show((_table(f"{done} {removed:,} {what} of {len(found)} hops", found, notes),), format_)


@cache.command("set-aside", short_help="Give a damaged cache another name and begin a new one.")
def set_aside() -> None:
    """Rename the cache's file, e.g. because it is damaged; the next translation begins a new one."""
    from crossret.translation.cache.file import cache_file
    from crossret.translation.cache.file import set_aside as rename

    click.echo(
        f"{cache_file()} is now {rename(cache_file()).name}; remove it when you do not need it any more", err=True
    )


def _stale(found: Sequence[HopContents]) -> tuple[list[HopContents], list[str]]:
    """The hops that would not be taken any more, and what could not be asked."""
    from crossret.bench.installed_hops import installed_hops
    from crossret.plugins import registry

    states = installed_hops(found, registry())
    unknown = {
        f"kept, as {hop.hop.engine} cannot be asked: {states[hop.number].reason}"
        for hop in found
        if states[hop.number].state == "unknown"
    }
    return [hop for hop in found if states[hop.number].state == "gone"], sorted(unknown)


def _table(title: str, found: Sequence[HopContents], notes: Sequence[str]) -> Table:
    from crossret.contracts.rendering import Cell, Table

    rows = []
    for hop in found:
        words = (hop.name, hop.hop.engine, hop.hop.source, hop.hop.target, hop.hop.mode, hop.hop.version)
        numbers = (hop.texts, hop.failed, hop.alternatives, round(hop.size / 1000))
        days = [time.strftime("%Y-%m-%d", time.gmtime(moment)) for moment in (hop.made, hop.used)]
        rows.append((*(Cell(w, w) for w in words), *(Cell(f"{n:,}", n) for n in numbers), *(Cell(d, d) for d in days)))
    return Table(title, COLUMNS, tuple(rows), tuple(notes))
