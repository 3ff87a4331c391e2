"""Who is at a text: processes that can be told apart, and whether they still live."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path


def new_owner() -> str:
    """A name that nobody else has: machine, process, when that started, and a token."""
    return f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())} {secrets.token_hex(4)}"


def is_alive(owner: str) -> bool:
    """Whether an owner's process still runs, as far as can be told from here: on another machine it is believed to."""
    host, pid, started, _ = owner.rsplit(" ", 3)
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """When a process started, in the system's own count: a number may be given to another process later."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "?"
    # Behind the name, which may hold anything: the 22nd field of all.
    return stat.rpartition(")")[2].split()[19]
