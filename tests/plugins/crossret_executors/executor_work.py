"""Work that worker processes import by name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from crossret.contracts.execution import Event, Job, Report
from crossret.errors import DataError


def environment(job: Job, report: Report) -> None:
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
    report(Event(job.id, "unit", message=" ".join([str(os.getpid()), *(os.environ.get(n, "-") for n in names)])))


def by_payload(job: Job, report: Report) -> None:
    report(Event(job.id, "progress", done=0.5, message="half"))
    action: Any = job.payload
    if action == "raise":
        raise ValueError("two\nlines")
    if action == "data error":
        raise DataError("file.csv: line 3: no language")
    if action == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "die, grandchild stays":
        stay = "import time; time.sleep(20)"
        report(Event(job.id, "unit", message=str(subprocess.Popen([sys.executable, "-c", stay], close_fds=False).pid)))
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "exit":
        sys.exit(3)


def interrupt_myself(job: Job, report: Report) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.1)


def write_for_ever(job: Job, report: Report) -> None:
    """Appends to ``<payload>/<pid>`` ten times a second."""
    file = Path(job.payload) / str(os.getpid())
    while True:
        with file.open("a") as opened:
            opened.write(".")
        time.sleep(0.1)


class Unreadable:
    """Pickles here and fails to unpickle in the worker."""

    def __reduce__(self) -> Any:
        return _refuse, (os.getpid(),)


def _refuse(parent: int) -> None:
    raise ImportError(f"cannot be imported outside {parent != os.getpid()}")


def in_steps(job: Job, report: Report) -> None:
    """Three units, each remembered in the folder; the first try dies after the first unit."""
    assert job.folder is not None
    state = job.folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    log = state / "log"
    done = log.read_text().split() if log.exists() else []
    with (state / "places").open("a") as places:
        places.write(f"{job.folder} ")
    for unit in ("one", "two", "three"):
        if unit not in done:
            with log.open("a") as opened:
                opened.write(f"{unit} ")
        report(Event(job.id, "unit", message=unit))
        if unit == "one":
            if not done:
                (state / "temporary").write_text("")
                report(Event(job.id, "progress"))
                os.kill(os.getpid(), signal.SIGKILL)
            (state / "temporary").unlink()


def wait_for_three(job: Job, report: Report) -> None:
    """Until three jobs are at work at the same time."""
    (Path(job.payload) / job.id).touch()
    deadline = time.monotonic() + 60
    while len(list(Path(job.payload).iterdir())) < 3:
        if time.monotonic() > deadline:
            raise TimeoutError("the others did not come")
        time.sleep(0.05)
