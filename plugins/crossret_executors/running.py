"""Runs one job and turns its outcome into events; the same for every executor."""

from __future__ import annotations

import pickle
import traceback

from crossret.contracts.execution import Event, Job, Report, Work
from crossret.errors import CrossretError


def packed(job: Job, work: Work) -> bytes:
    """An order for another process, pickled apart from what carries it: see :func:`unpacked`."""
    return pickle.dumps((job, work))


def unpacked(identity: str, order: bytes, report: Report) -> tuple[Job, Work] | None:
    """The job and its work; if they cannot be imported here, the job is reported as failed, and no worker dies of it.

    Args:
        identity: of the job.
        order: from :func:`packed`.
        report: gets the events of a job that cannot be unpacked.
    """
    try:
        job, work = pickle.loads(order)
    except Exception as error:
        report(Event(identity, "started"))
        report(failure(identity, error))
        return None
    return job, work


def run_job(job: Job, work: Work, report: Report) -> None:
    """Report ``started``, do the work, report ``finished`` or ``failed``; ``work`` reports what is between."""
    report(Event(job.id, "started"))
    try:
        work(job, report)
    except Exception as error:
        report(failure(job.id, error))
    else:
        report(Event(job.id, "finished", done=1.0))


def failure(job: str, error: Exception) -> Event:
    """``failed`` with one line for the display and the traceback as details."""
    text = " ".join(str(error).split())
    kind = type(error).__name__
    named = text if isinstance(error, CrossretError) and text else f"{kind}: {text}" if text else kind
    return Event(job, "failed", message=named, details="".join(traceback.format_exception(error)))
