"""Work that executors are tried on; importable, as it must be."""

from __future__ import annotations

from crossret.contracts.execution import Event, Job, Report
from crossret.errors import DataError


def work(job: Job, report: Report) -> None:
    """Report one step with the job's payload; the payload ``fail`` raises an error."""
    report(Event(job.id, "progress", done=0.5, message=f"half of {job.payload}"))
    if job.payload == "fail":
        raise DataError("this job fails on purpose")
