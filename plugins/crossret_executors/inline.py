"""The simplest executor: the calling process itself."""

from __future__ import annotations

from collections.abc import Sequence

from crossret.contracts.execution import Job, Report, Work
from crossret_executors.running import run_job


class Inline:
    """Runs one job after another in the calling process and changes nothing global.

    Args:
        workers: 1 or nothing; there is only this process.
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers not in (None, 1):
            raise ValueError(f"runs one job at a time, workers={workers} is not possible; use 'processes'")

    def run(self, jobs: Sequence[Job], work: Work, report: Report) -> None:
        """Run the jobs in order; a failing one does not stop the rest."""
        for job in jobs:
            run_job(job, work, report)
