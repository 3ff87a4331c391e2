"""The worker processes of a running bench."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

GRACE_SECONDS = 15.0


def wait_for_workers(parent: int) -> list[int]:
    """Child processes once a training has saved a first state."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = [int(child) for child in children.read_text().split()]
        if len(found) >= 2:
            time.sleep(2)
            return found
        time.sleep(0.1)
    raise AssertionError("no worker started")


def children(parent: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def workers_of(parent: int) -> list[int]:
    """The children that compute; the helpers of multiprocessing left out."""
    return [c for c in children(parent) if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]


def alive(process: int) -> bool:
    """Whether a process runs; a zombie that nobody has waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def still_alive(processes: Sequence[int]) -> list[int]:
    """Those that run on after some seconds."""
    deadline = time.monotonic() + GRACE_SECONDS
    while any(map(alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return [process for process in processes if alive(process)]
