"""Worker processes on one machine, each with a pipe of its own: a shared queue would break when a worker is killed."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Sequence
from multiprocessing.connection import wait

from crossret.contracts.execution import Job, Report, Work, threads_per_job
from crossret_executors.handle import GRACE_SECONDS, WorkerHandle

MOST_BY_DEFAULT = 4
POLL_SECONDS = 1.0


class Processes:
    """Hands jobs out in order as workers get free; a worker is used for several jobs.

    A worker that dies costs the job it was at, and another takes its place.

    Args:
        workers: how many processes at most; without it the number of cores, at most four. Never more than jobs.
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        self._workers = workers

    def run(self, jobs: Sequence[Job], work: Work, report: Report) -> None:
        """Run the jobs; whatever ends this call early, ``KeyboardInterrupt`` included, stops the workers first."""
        if not jobs:
            return
        count = min(self._workers or min(cores(), MOST_BY_DEFAULT), len(jobs))
        run = _Run(jobs, work, report, threads_per_job())
        try:
            run.start(count)
            run.follow()
        except BaseException:
            run.terminate()
            raise
        finally:
            run.close()


class _Run:
    """One call of ``run``: the jobs still to hand out and the workers."""

    def __init__(self, jobs: Sequence[Job], work: Work, report: Report, threads: int) -> None:
        self._waiting = deque(jobs)
        self._work = work
        self._report = report
        self._threads = threads
        self._handles: list[WorkerHandle] = []

    def start(self, count: int) -> None:
        for _ in range(count):
            self._add()

    def follow(self) -> None:
        """Pass events on until every job has ended."""
        while busy := [handle for handle in self._handles if handle.job is not None]:
            ready = wait([handle.pipe for handle in busy], timeout=POLL_SECONDS)
            for handle in busy:
                if handle.pipe in ready:
                    self._report(handle.receive())
                elif not ready and handle.died_silently():
                    self._report(handle.death())
                if handle.job is None:
                    self._continue(handle)

    def terminate(self) -> None:
        for handle in self._handles:
            handle.process.terminate()

    def close(self) -> None:
        """Let workers end by closing their pipes; after a grace period they are killed."""
        for handle in self._handles:
            handle.pipe.close()
        deadline = time.monotonic() + GRACE_SECONDS
        for handle in self._handles:
            handle.process.join(max(0.0, deadline - time.monotonic()))
            handle.process.kill()
            handle.process.join()

    def _add(self) -> None:
        handle = WorkerHandle(self._threads)
        self._handles.append(handle)
        handle.give(self._waiting.popleft(), self._work)

    def _continue(self, handle: WorkerHandle) -> None:
        """The next job for a free worker, or for another in its place; without one its memory is not kept."""
        if not self._waiting:
            handle.pipe.close()
        elif handle.lost():
            self._add()
        else:
            handle.give(self._waiting.popleft(), self._work)


def cores() -> int:
    """Cores this process may use, which in a container or under ``taskset`` are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
