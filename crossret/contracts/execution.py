"""Executors: where the jobs of a bench run. The records are the same from each of them.

Environment:
    CROSSRET_THREADS: CPU threads of one job; default: 1, which is fastest for small models when several jobs run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from crossret.errors import UsageError

THREADS_VARIABLE = "CROSSRET_THREADS"


def threads_per_job() -> int:
    """CPU threads of one job: the last digits of a sum depend on them, so neither machine nor executor decides.

    Raises:
        UsageError: the variable is no positive number.
    """
    given = os.environ.get(THREADS_VARIABLE, "1")
    if not given.isdecimal() or int(given) < 1:
        raise UsageError(f"environment variable {THREADS_VARIABLE}: expected a number from 1, found {given!r}")
    return int(given)


@dataclass(frozen=True, slots=True)
class Job:
    """A training and the evaluations that use it; picklable.

    Attributes:
        id: unique in the run, and the same in a later run of the same plan.
        payload: what the work function needs.
        folder: where the work writes, all of it. On a machine that does not share it, an executor may give the work
            another one, brings ``kept`` there first, and carries back what the work writes.
        kept: folders below ``folder``, relative to it, in which the work finds what an earlier try of the job left.
    """

    id: str
    payload: Any
    folder: Path | None = None
    kept: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a job, sent back to the display.

    Attributes:
        job: id of the job.
        kind: ``started``; ``progress``; ``unit`` (one record written); ``finished``; ``failed``.
        done: share of the job that is done, 0 to 1.
        message: a loss for ``progress``, a unit's name for ``unit``, the error line for ``failed``.
        details: a traceback for ``failed``.
    """

    job: str
    kind: Literal["started", "progress", "unit", "finished", "failed"]
    done: float = 0.0
    message: str = ""
    details: str = ""


Report = Callable[[Event], None]
Work = Callable[[Job, Report], None]


@runtime_checkable
class Executor(Protocol):
    """Built as ``Component(workers=N)``, with what ``--executor-option`` names as further keywords."""

    def run(self, jobs: Sequence[Job], work: Work, report: Report) -> None:
        """Run every job; a failing job is reported as ``failed`` and does not stop the others.

        ``work`` is an importable function. ``report`` is called in the calling thread's process only.
        A job whose worker died may be tried again, and finds in its folder what is finished; it is still ``started``
        once, and a ``unit`` that was reported before is not reported again.
        On ``KeyboardInterrupt`` all workers are stopped before it is raised again.
        """
        ...
