"""``crossret reproduce``: are the numbers of a record what its recipe gives here?"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.options import DeviceName, data_options, plugin_files, runs, table_format

if TYPE_CHECKING:
    from crossret.bench.reproduction import Examination
    from crossret.contracts.execution import Executor
    from crossret.results.store import Stored


@click.command(short_help="Check and repeat what a record says.")
@runs
@click.option("--check-only", is_flag=True, help="Compare versions, data, components and recipe; compute nothing.")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=0.5,
    show_default=True,
    help="How far a figure may be off: percent of a recall, hundredths of mAP, percent of the ranked for MedR, MeanR.",
)
@data_options("--data-option")
@plugin_files
@click.option("--device", type=DeviceName(), help="auto, cpu, cuda or mps; default: that of the record, if it is here.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="New or empty folder for what is computed; default: a temporary one, which is kept.",
)
@click.option("--executor", default="processes", show_default=True, help="Where jobs run.")
@click.option("--workers", type=click.IntRange(min=1), help="How many jobs at once; default: as in bench.")
@table_format()
def reproduce(
    runs: tuple[Path, ...],
    check_only: bool,
    tolerance: float,
    options: dict[str, Any],
    device: str | None,
    out: Path | None,
    executor: str,
    workers: int | None,
    format_: str,
) -> None:
    """Check what the records RUNS depend on, compute them anew, and compare figures and the rank of every query.

    RUNS are record files, or folders of them. Nothing that the old run trained is read. Exit code 0: reproduced, that
    is data, components and recipe are those of the record, and all figures are equal or within the tolerance; other
    versions or another machine are shown, but do not count by themselves. With --check-only: nothing differs.
    """
    from crossret.bench.reproduction import examine
    from crossret.cli.printing import show, signed
    from crossret.cli.reproduction_tables import check_table
    from crossret.contracts.execution import Executor
    from crossret.errors import UsageError
    from crossret.following import check_follows
    from crossret.plugins import plugins
    from crossret.results.store import read_all

    built = plugins().registry.build("executor", executor, workers=workers)
    check_follows(built, Executor)
    if out is not None and out.exists() and any(out.iterdir()):
        raise UsageError(f"{out}: is not empty; what lies there could be taken for what is to be computed")
    groups: dict[tuple[str, str, int], list[Examination]] = defaultdict(list)
    for stored in read_all(runs):
        record = stored.record
        where = device or _device_of(record.environment.device)
        threads = record.environment.threads
        with _threads(threads):
            groups[record.suite, where, threads].append(examine(stored, plugins(), where, options))
    examined = [one for group in groups.values() for one in group]
    if check_only:
        show(signed(tuple(check_table(one) for one in examined)), format_)
        _judge_checks(examined)
        return
    folder = Path(tempfile.mkdtemp(prefix="crossret-reproduce-")) if out is None else out
    for (suite, where, threads), group in groups.items():
        with _threads(threads):
            _compute(suite, group, folder, built, where)
    _compare(examined, folder, tolerance, format_)


def _device_of(recorded: str) -> str:
    """The kind of device that a record names, or the best of this machine; records name a GPU by its model."""
    from crossret.bench.devices import check_available
    from crossret.errors import UsageError

    kind = recorded if recorded in ("cpu", "mps") else "cuda"
    try:
        check_available(kind)
    except UsageError:
        return "auto"
    return kind


@contextmanager
def _threads(recorded: int) -> Iterator[None]:
    """As many threads per job as the record had, unless the environment says otherwise."""
    from crossret.contracts.execution import THREADS_VARIABLE

    if THREADS_VARIABLE in os.environ:
        yield
        return
    os.environ[THREADS_VARIABLE] = str(recorded)
    try:
        yield
    finally:
        del os.environ[THREADS_VARIABLE]


def _judge_checks(examined: Sequence[Examination]) -> None:
    from crossret.errors import CrossretError

    wrong = [(one, check) for one in examined for check in one.checks if not check.passed]
    if wrong:
        one, check = wrong[0]
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise CrossretError(f"{one.stored.path}: {check.subject} {check.outcome}{more}")


def _compute(suite: str, group: Sequence[Examination], out: Path, executor: Executor, device: str) -> None:
    """Run the units of records as a bench would, in a folder that has nothing of them."""
    from crossret.bench.needs import needs_of_plan
    from crossret.bench.plan import Plan, grouped
    from crossret.bench.runner import exclusive, run
    from crossret.cli.display import Display
    from crossret.cli.group import command_line
    from crossret.cli.translation_display import translate_visibly
    from crossret.plugins import plugins

    units = {one.unit.key: one.unit for one in group if one.unit is not None}
    if not units:
        return
    plan = Plan(suite, grouped(list(units.values())), ())
    with exclusive(out):
        translate_visibly(needs_of_plan(plan, out, plugins().registry))
        with Display(plan, out) as display:
            run(plan, out, executor, device, command_line(), display.report)


def _compare(examined: Sequence[Examination], folder: Path, tolerance: float, format_: str) -> None:
    from crossret.cli.printing import show, signed
    from crossret.cli.reproduction_tables import agreement_table, check_table
    from crossret.errors import CrossretError
    from crossret.results.agreement import agreement
    from crossret.results.store import Store

    done = Store(folder).done()
    tables, failed = [], []
    for one in examined:
        tables.append(check_table(one))
        again = _again(one, done)
        if again is None:
            failed.append(f"{one.stored.path}: {one.obstacle or 'it could not be computed again'}")
            continue
        found = agreement(one.stored, again)
        tables.append(agreement_table(one, found, again.path, tolerance))
        verdict = found.verdict(tolerance)
        if verdict == "differs":
            failed.append(f"{one.stored.path}: figures differ by up to {found.largest:.2f} points")
        elif not one.decided:
            wrong = next(check for check in one.checks if check.decisive and not check.passed)
            failed.append(f"{one.stored.path}: {wrong.subject} {wrong.outcome}")
    show(signed(tuple(tables)), format_)
    click.echo(f"computed in: {folder}", err=True)
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        raise CrossretError(f"not reproduced: {failed[0]}{more}")
    click.echo(f"reproduced: {len(examined)} of {len(examined)} records", err=True)


def _again(one: Examination, done: dict[str, Path]) -> Stored | None:
    from crossret.results.store import read_all

    if one.unit is None or one.unit.key not in done:
        return None
    (stored,) = read_all([done[one.unit.key]])
    return stored
