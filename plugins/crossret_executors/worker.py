"""The worker's side: takes jobs from a pipe until it closes, and ends when the parent is gone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection

from crossret_executors.running import run_job, unpacked

ABANDONED = 70


def serve(pipe: Connection) -> None:
    """Run the jobs that come through the pipe and send their events back.

    What comes is ``(id of the job, its order)``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            identity, order = pipe.recv()
        except EOFError:
            return
        found = unpacked(identity, order, pipe.send)
        if found is not None:
            run_job(*found, pipe.send)


def _end_with_parent() -> None:
    """A parent killed by SIGKILL cannot stop its workers: they must notice, or they would go on writing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(ABANDONED)
