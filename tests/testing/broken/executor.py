"""Broken executors."""

from __future__ import annotations

import os
import threading
import time

from crossret.contracts.execution import Event


class Simple:
    """One job after another; sound."""

    def __init__(self, workers: int | None = None):
        pass

    def run(self, jobs, work, report):
        for job in jobs:
            self.one(job, work, report)

    def one(self, job, work, report):
        report(Event(job.id, "started"))
        try:
            work(job, report)
        except Exception as error:
            report(self.failure(job, error))
        else:
            report(Event(job.id, "finished", 1.0))

    def failure(self, job, error):
        return Event(job.id, "failed", message=str(error), details=f"Traceback\n{error!r}")


class ExecutorGivesUp(Simple):
    def one(self, job, work, report):
        report(Event(job.id, "started"))
        work(job, report)
        report(Event(job.id, "finished", 1.0))


class ExecutorSwallowsProgress(Simple):
    def one(self, job, work, report):
        super().one(job, work, lambda e: report(Event(e.job, e.kind, 1.0, "", e.details)))


class ExecutorFailsSilently(Simple):
    def failure(self, job, error):
        return Event(job.id, "failed", message="failed")


class ExecutorReportsElsewhere(Simple):
    def run(self, jobs, work, report):
        pid = os.fork() if jobs else 0
        if jobs and not pid:
            os._exit(0)
        if pid:
            os.waitpid(pid, 0)


class ExecutorNeedsJobs(Simple):
    def run(self, jobs, work, report):
        report(Event(jobs[0].id, "started") if jobs else Event("none", "started"))


class ExecutorIgnoresInterrupts(Simple):
    def run(self, jobs, work, report):
        try:
            super().run(jobs, work, report)
        except KeyboardInterrupt:
            return


class ExecutorLeavesWorkers(Simple):
    def run(self, jobs, work, report):
        threading.Thread(target=time.sleep, args=(5,), daemon=True, name="worker").start()
        super().run(jobs, work, report)
