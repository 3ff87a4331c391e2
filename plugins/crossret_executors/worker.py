"""The worker's side: takes jobs from a pipe until it closes, and ends when the parent is gone."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from multiprocessing.connection import Connection

from crossret.contracts.execution import Event
from crossret_executors.running import failure, run_job

ABANDONED = 70


def serve(pipe: Connection) -> None:
    """Run the jobs that come through the pipe and send their events back.

    An order is ``(id of the job, pickled (job, work))``: pickled apart, so that work that cannot be imported here is a
    failed job and not a dead worker.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            identity, order = pipe.recv()
        except EOFError:
            return
        _run(identity, order, pipe)


def _run(identity: str, order: bytes, pipe: Connection) -> None:
    try:
        job, work = pickle.loads(order)
    except Exception as error:
        pipe.send(Event(identity, "started"))
        pipe.send(failure(identity, error))
    else:
        run_job(job, work, pipe.send)


def _end_with_parent() -> None:
    """A parent killed by SIGKILL cannot stop its workers: they must notice, or they would go on writing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(ABANDONED)
