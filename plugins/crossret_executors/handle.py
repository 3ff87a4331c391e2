"""The parent's side of one worker: a process, a pipe and the job it is at."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Pipe
from multiprocessing.context import SpawnProcess

from crossret.contracts.execution import Event, Job, Work
from crossret_executors.running import packed
from crossret_executors.threads import thread_variables
from crossret_executors.worker import serve

GRACE_SECONDS = 5.0
KILLED = "The system kills a process this way when memory runs out; fewer workers need less of it."


class WorkerHandle:
    """A started worker process.

    Args:
        threads: CPU threads per worker, told through the environment unless the caller's environment sets them.

    Attributes:
        job: id of the job it is at, or ``None``.
    """

    def __init__(self, threads: int) -> None:
        self.job: str | None = None
        self.pipe, theirs = Pipe()
        self.process: SpawnProcess = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
        try:
            with _environment(thread_variables(threads)), _interrupts_held_back():
                self.process.start()
        except BaseException:
            # An interrupt held back until here: nobody else knows of the process yet, without its pipe it ends.
            self.pipe.close()
            raise
        finally:
            # The end of the pipe is only seen once no process but the worker holds its side.
            theirs.close()

    def give(self, job: Job, work: Work) -> None:
        """Hand over a job; a worker that died meanwhile is noticed when its events are read."""
        self.job = job.id
        with contextlib.suppress(OSError):
            self.pipe.send((job.id, packed(job, work)))

    def receive(self) -> Event:
        """The next event; ``failed`` if the worker has died."""
        try:
            event: Event = self.pipe.recv()
        except (EOFError, OSError):
            return self.death()
        if event.kind in ("finished", "failed"):
            self.job = None
        return event

    def died_silently(self) -> bool:
        """Whether it is gone without its pipe closing, as a process that it forked still holds the pipe open."""
        return not self.process.is_alive() and not self.pipe.poll()

    def death(self) -> Event:
        """Give up the worker and report the job it was at."""
        self.pipe.close()
        self.process.join(GRACE_SECONDS)
        self.process.kill()
        self.process.join()
        code = self.process.exitcode or 0
        reason = f"signal {-code}" if code < 0 else f"exit status {code}"
        event = Event(self.job or "", "failed", message=f"worker died with {reason}", details=KILLED * (code == -9))
        self.job = None
        return event

    def lost(self) -> bool:
        """Whether it can take no other job."""
        return self.pipe.closed or not self.process.is_alive()


@contextlib.contextmanager
def _environment(added: dict[str, str]) -> Iterator[None]:
    """Set for the start only: a worker reads them when it imports numpy or torch, this process must not change."""
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """A worker inherits the mask: Ctrl-C reaches it in no moment, also not before it ignores the signal itself."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Its first start would lift the mask again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
