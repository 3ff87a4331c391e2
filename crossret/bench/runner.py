"""Runs a plan: what is done stays done, the rest goes to an executor."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crossret.bench.folders import training_folder
from crossret.bench.payload import Origin, Payload
from crossret.bench.plan import Plan, PlannedJob
from crossret.bench.work import work
from crossret.contracts.execution import Event, Executor, Job
from crossret.errors import CrossretError
from crossret.plugins import plugins
from crossret.results.published_file import write_published
from crossret.results.store import Store

LOCK_FILE = ".crossret.lock"


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes:
        failed: error lines by job.
    """

    done_before: int
    done_now: int
    failed: dict[str, Event]


@contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold a run folder.

    Raises:
        CrossretError: another run holds it.
    """
    from filelock import FileLock, Timeout

    out.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise CrossretError(
            f"{out}: in use by another run; choose another folder with --out, or wait for it"
        ) from error
    try:
        yield
    finally:
        lock.release()


def forget(plan: Plan, out: Path) -> None:
    """Remove the records and trainings of a plan, so that it is computed anew."""
    Store(out).remove(unit.key for unit in plan.units)
    for job in plan.jobs:
        if job.training is not None:
            shutil.rmtree(training_folder(out, job.training.key), ignore_errors=True)


def pending(plan: Plan, out: Path) -> dict[str, frozenset[str]]:
    """Per job the keys of its units that have no record yet; jobs with none are left out."""
    done = Store(out).done()
    missing = {job.id: frozenset(u.key for u in job.units if u.key not in done) for job in plan.jobs}
    return {job: keys for job, keys in missing.items() if keys}


def run(
    plan: Plan, out: Path, executor: Executor, device: str, command: str, report: Callable[[Event], None]
) -> Outcome:
    """Run what has no record yet, and write the published rows beside it; a failing job does not stop the others."""
    write_published(out, plan.suite, plan.published)
    todo = pending(plan, out)
    origin = Origin(plan.suite, command)
    files = tuple(plugins().files)
    jobs = [
        Job(job.id, Payload(job, todo[job.id], device, origin, files), out, _kept(job))
        for job in plan.jobs
        if job.id in todo
    ]
    units, failed = 0, {}

    def count(event: Event) -> None:
        nonlocal units
        units += event.kind == "unit"
        if event.kind == "failed":
            failed[event.job] = event
        report(event)

    executor.run(jobs, work, count)
    return Outcome(len(plan.units) - sum(map(len, todo.values())), units, failed)


def _kept(job: PlannedJob) -> tuple[Path, ...]:
    """A training that was stopped, or is finished, is found again in its folder."""
    return (training_folder(Path(), job.training.key),) if job.training is not None else ()
