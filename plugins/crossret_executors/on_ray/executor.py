"""The executor: what it takes, and one run from connecting to letting go."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from crossret.contracts.execution import Job, Report, Work, threads_per_job
from crossret_executors.on_ray.connection import connected, require
from crossret_executors.on_ray.following import Run
from crossret_executors.on_ray.marks import marked
from crossret_executors.on_ray.orders import Order, Resources
from crossret_executors.running import packed


class Ray:
    """Runs every job as a Ray task: on a cluster, or on a Ray of its own on this machine.

    Args:
        workers: how many jobs at once; without it, what the cluster has room for, nodes that join later included.
        address: ``HOST:PORT`` of a cluster that this machine belongs to, or ``auto`` for the one that runs here.
            Without it the environment variable ``RAY_ADDRESS`` counts; without that, a Ray is started and stopped.
        cpus: CPUs that a job takes from its node; at the same time the largest share that it may have of a node.
        gpus: GPUs that a job takes; ``0.25`` lets four jobs share one. Jobs without see no GPU.
        max_retries: how often a job is tried again after its worker or node died.

    Raises:
        ValueError: one of these is out of its range.
    """

    def __init__(
        self,
        workers: int | None = None,
        address: str | None = None,
        cpus: float = 1,
        gpus: float = 0,
        max_retries: int = 3,
    ) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        if max_retries < 0:
            raise ValueError(f"max_retries must be at least 0, not {max_retries}")
        self._workers = workers
        self._address = address
        self._resources = Resources(cpus, gpus, max_retries)

    def run(self, jobs: Sequence[Job], work: Work, report: Report) -> None:
        """Run the jobs; whatever ends this call early, ``KeyboardInterrupt`` included, cancels the tasks first.

        Raises:
            UsageError: no node could ever run a job.
            CrossretError: no cluster at the address, or it is lost.
        """
        if not jobs:
            return
        threads = threads_per_job()
        placed = [dataclasses.replace(job, folder=job.folder.absolute()) if job.folder else job for job in jobs]
        folders = {job.folder for job in placed if job.folder}
        with connected(self._address), marked(folders) as marks:
            require(self._resources)
            orders = [_order(job, work, marks) for job in placed]
            run = Run(orders, self._workers or len(orders), self._resources, threads, report)
            try:
                run.follow()
            except BaseException:
                run.cancel()
                raise
            finally:
                run.close()


def _order(job: Job, work: Work, marks: dict[Path, str]) -> Order:
    mark = marks[job.folder] if job.folder else ""
    return Order(job.id, packed(job, work), os.getcwd(), job.folder, job.kept, mark)
