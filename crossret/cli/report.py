"""``crossret report``: one page of everything that runs found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crossret.cli.options import LIST, data_options, runs
from crossret.cli.tables import figures, stored_in


@click.command(short_help="One HTML page of everything that finished runs found.")
@runs
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="File to write.",
)
@click.option("--title", help="Heading of the page; default: the first suite and how many more.")
@click.option("--suite", help="Only records of this suite.")
@click.option("--lang", "languages", type=LIST, default=None, help="Only these languages.")
@figures
@data_options("--data-option")
def report(
    runs: tuple[Path, ...],
    out: Path,
    title: str | None,
    suite: str | None,
    languages: tuple[str, ...] | None,
    metric: str,
    direction: str,
    baseline: str | None,
    options: dict[str, Any],
) -> None:
    """Write one page that opens from disk and needs no network.

    Leaderboard, languages, ablation, learning and noise curves, significance, the hardest queries with their pictures,
    data card, commands and versions: a chapter per suite. A part that records or data do not have says why.
    """
    from crossret.atomic import write_text
    from crossret.cli.group import command_line
    from crossret.plugins import plugins
    from crossret.report.chapters import Asked, chapters
    from crossret.report.page import page, title_of
    from crossret.results.figures import Shown
    from crossret.results.published_file import read_published

    stored = stored_in(runs, suite)
    suites = sorted({one.record.suite for one in stored})
    asked = Asked(Shown.named(metric, direction), languages, baseline, options)
    made = chapters(stored, read_published(runs, suites), asked, plugins().registry)
    write_text(out, page(title or title_of(suites), command_line(), made))
    click.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB, opens in a browser")
