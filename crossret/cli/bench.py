"""``crossret bench``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.group import command_line
from crossret.cli.options import LIST, Assignment, device, lang, memory, out, plugin_files, sets

if TYPE_CHECKING:
    from crossret.bench.plan import Plan
    from crossret.bench.runner import Outcome

TABLE_FORMATS = ("md", "csv", "json")


@click.command(short_help="Train and evaluate the methods of a suite, and rank them.")
@click.argument("suite", default="emoji", metavar="[SUITE | FILE.yaml]")
@lang
@click.option("--method", "methods", type=LIST, default=(), help="Only these methods; default: all of the suite.")
@click.option("--seeds", type=click.IntRange(min=1), help="Number of seeds; default: the suite's.")
@sets
@plugin_files
@device
@memory
@out
@click.option("--executor", default="processes", show_default=True, help="Where jobs run.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="How many jobs at once; default: one per core, at most 4, or what a cluster has room for.",
)
@click.option("--address", metavar="HOST:PORT", help="The executor's option address: of a cluster, or auto.")
@click.option(
    "--executor-option",
    "executor_options",
    type=Assignment(),
    multiple=True,
    metavar="KEY=VALUE",
    callback=lambda _, __, pairs: dict(pairs),
    help="Option of the executor, e.g. gpus=0.5; may be given several times.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be computed, and what it would cost.")
@click.option("--fresh", is_flag=True, help="Compute everything anew, also what is finished.")
def bench(
    suite: str,
    languages: tuple[str, ...],
    methods: tuple[str, ...],
    seeds: int | None,
    overrides: tuple[str, ...],
    device: str,
    memory_mb: float | None,
    out: Path,
    executor: str,
    workers: int | None,
    address: str | None,
    executor_options: dict[str, Any],
    dry_run: bool,
    fresh: bool,
) -> None:
    """Run a suite (default: emoji) and print its leaderboard.

    What is finished is kept: the same command goes on where it was stopped.
    """
    from crossret.bench.devices import check_available
    from crossret.bench.needs import needs_of_plan
    from crossret.bench.plan import Selection, make_plan
    from crossret.bench.runner import exclusive, forget, run
    from crossret.cli.display import Display
    from crossret.cli.translation_display import translate_visibly
    from crossret.contracts.execution import Executor
    from crossret.following import check_follows
    from crossret.plugins import plugins
    from crossret.recipe.reading import read_suite

    if memory_mb is not None:
        overrides = (*overrides, f"evaluation.memory_mb={memory_mb}")
    plan = make_plan(read_suite(suite), Selection(languages, methods, seeds, overrides), plugins())
    options = executor_options | ({"address": address} if address else {})
    built = plugins().registry.build("executor", executor, workers=workers, **options)
    check_follows(built, Executor)
    if dry_run:
        _show_plan(plan, out, workers)
        return
    check_available(device)
    with exclusive(out):
        if fresh:
            forget(plan, out)
        translate_visibly(needs_of_plan(plan, out, plugins().registry))
        with Display(plan, out) as display:
            outcome = run(plan, out, built, device, command_line(), display.report)
        _show_leaderboard(plan, out)
    _complain(plan, outcome)


def _show_plan(plan: Plan, out: Path, workers: int | None) -> None:
    from crossret.bench.estimate import estimate
    from crossret.bench.needs import needs_of_plan
    from crossret.bench.translating_first import missing_texts
    from crossret.cli.plan_table import plan_tables
    from crossret.cli.printing import show
    from crossret.plugins import registry

    missing = missing_texts(needs_of_plan(plan, out, registry()), registry())
    show(plan_tables(plan, out, estimate(plan, out, registry(), workers), missing), "rich")


def _show_leaderboard(plan: Plan, out: Path) -> None:
    from crossret.atomic import write_text
    from crossret.cli.printing import rendered, show, signed
    from crossret.results.leaderboard import leaderboard
    from crossret.results.store import Store, read_all

    done = Store(out).done()
    files = [done[unit.key] for unit in plan.units if unit.key in done]
    if not files:
        return
    tables = signed(leaderboard(read_all(files), published=plan.published))
    show(tables, "rich")
    folder = out / "leaderboard"
    for format_ in TABLE_FORMATS:
        write_text(folder / f"{plan.suite}.{format_}", rendered(tables, format_))
    click.echo(f"records: {out / 'records'}   tables: {folder / plan.suite}.{{{','.join(TABLE_FORMATS)}}}", err=True)


def _complain(plan: Plan, outcome: Outcome) -> None:
    """One line for all jobs that failed; the display has shown each of them."""
    from crossret.errors import CrossretError

    if not outcome.failed:
        return
    if click.get_current_context().find_root().params.get("debug"):
        for event in outcome.failed.values():
            click.echo(event.details, err=True)
    job, first = next(iter(outcome.failed.items()))
    unit = next(planned.units[0].id for planned in plan.jobs if planned.id == job)
    others = f" (and {len(outcome.failed) - 1} more of {len(plan.jobs)} jobs)" if len(outcome.failed) > 1 else ""
    kept = "what is finished is kept, and the same command tries the rest again"
    raise CrossretError(f"failed{others}: {unit}: {first.message}; {kept}")
