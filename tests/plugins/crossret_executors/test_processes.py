from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import executor_work
import pytest

from crossret.contracts.execution import Event, Executor, Job, Work
from crossret.errors import UsageError
from crossret_executors.processes import Processes


def run(jobs: list[Job], work: Work, workers: int | None = None) -> list[Event]:
    events: list[Event] = []
    Processes(workers=workers).run(jobs, work, events.append)
    assert multiprocessing.active_children() == []
    return events


def ends(events: list[Event]) -> dict[str, str]:
    return {e.job: e.kind for e in events if e.kind in ("finished", "failed")}


def test_one_worker_takes_all_jobs_in_order_and_in_a_process_of_its_own() -> None:
    events = run([Job(name, "") for name in "abc"], executor_work.environment, workers=1)
    assert [e.job for e in events] == list("aaabbbccc")
    assert [e.kind for e in events] == ["started", "unit", "finished"] * 3
    (pid,) = {e.message.split()[0] for e in events if e.kind == "unit"}
    assert int(pid) != os.getpid()


@pytest.mark.parametrize(("given", "threads"), [(None, "1"), ("3", "3")])
def test_threads_of_a_worker_depend_on_neither_machine_nor_number_of_workers(
    given: str | None, threads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "7")
    monkeypatch.delenv("CROSSRET_THREADS", raising=False)
    if given is not None:
        monkeypatch.setenv("CROSSRET_THREADS", given)
    before = dict(os.environ)
    for workers in (1, 8):
        events = run([Job("a", ""), Job("b", "")], executor_work.environment, workers=workers)
        units = [e.message.split() for e in events if e.kind == "unit"]
        assert [unit[1:] for unit in units] == [[threads, "7"]] * 2, "what the caller has set is kept"
    assert dict(os.environ) == before


@pytest.mark.parametrize("given", ["", "0", "many", "-1"])
def test_a_number_of_threads_that_is_none_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSRET_THREADS", given)
    with pytest.raises(UsageError, match="CROSSRET_THREADS: expected a number from 1"):
        run([Job("a", "")], executor_work.environment)


def test_failures_are_told_and_do_not_stop_the_rest() -> None:
    jobs = [Job("a", "raise"), Job("b", "data error"), Job("c", executor_work.Unreadable()), Job("d", "")]
    events = run(jobs, executor_work.by_payload, workers=2)
    assert ends(events) == {"a": "failed", "b": "failed", "c": "failed", "d": "finished"}
    messages = {e.job: e.message for e in events if e.kind == "failed"}
    assert messages["a"] == "ValueError: two lines"
    assert messages["b"] == "file.csv: line 3: no language"
    assert messages["c"] == "ImportError: cannot be imported outside True"
    assert all("Traceback" in e.details for e in events if e.kind == "failed")


def test_a_killed_worker_costs_its_job_only() -> None:
    events = run([Job("a", ""), Job("b", "die"), Job("c", "exit"), Job("d", "")], executor_work.by_payload, workers=1)
    assert ends(events) == {"a": "finished", "b": "failed", "c": "failed", "d": "finished"}
    messages = {e.job: e.message for e in events if e.kind == "failed"}
    assert messages == {"b": "worker died with signal 9", "c": "worker died with exit status 3"}


def test_a_killed_worker_is_noticed_although_its_child_holds_the_pipe() -> None:
    events = run([Job("a", "die, grandchild stays"), Job("b", "")], executor_work.by_payload, workers=1)
    os.kill(int(next(e.message for e in events if e.kind == "unit")), signal.SIGKILL)
    assert ends(events) == {"a": "failed", "b": "finished"}


def test_a_worker_does_not_hear_ctrl_c() -> None:
    events = run([Job("a", "")], executor_work.interrupt_myself)
    assert ends(events) == {"a": "finished"}


def test_an_error_of_the_display_stops_the_workers() -> None:
    def report(event: Event) -> None:
        raise RuntimeError("display")

    with pytest.raises(RuntimeError, match="display"):
        Processes(workers=2).run([Job(n, "") for n in "abc"], executor_work.by_payload, report)
    assert multiprocessing.active_children() == []


def test_no_jobs_start_no_worker() -> None:
    assert run([], executor_work.by_payload) == []


def test_fewer_than_one_worker_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        Processes(workers=0)


def test_is_an_executor() -> None:
    assert isinstance(Processes(), Executor)


# --- a parent of its own: interrupted, killed ---------------------------------------------------------------------

PARENT = """
    import sys
    from crossret.contracts.execution import Job
    from crossret_executors.processes import Processes
    from executor_work import write_for_ever

    if __name__ == "__main__":
        jobs = [Job(name, sys.argv[1]) for name in "abc"]
        try:
            Processes(workers=2).run(jobs, write_for_ever, lambda event: None)
        except KeyboardInterrupt:
            sys.exit(130)
"""


@pytest.fixture
def parent(tmp_path: Path) -> Callable[[Path], subprocess.Popen[str]]:
    """Starts a parent with two workers that write to a folder for ever; returns when both write."""

    def start(folder: Path) -> subprocess.Popen[str]:
        script = tmp_path / "parent.py"
        script.write_text(textwrap.dedent(PARENT))
        path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
        process = subprocess.Popen(
            [sys.executable, str(script), str(folder)],
            env=os.environ | {"PYTHONPATH": path},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        wait_until(lambda: len(list(folder.iterdir())) == 2)
        return process

    return start


def wait_until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc which processes live")


@needs_proc
def test_ctrl_c_stops_all_workers_without_a_word(
    tmp_path: Path, parent: Callable[[Path], subprocess.Popen[str]]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    process = parent(folder)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the whole group
    assert process.wait(timeout=10) == 130
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert all(gone(int(file.name)) for file in folder.iterdir())


@needs_proc
def test_workers_end_when_their_parent_is_killed(
    tmp_path: Path, parent: Callable[[Path], subprocess.Popen[str]]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    process = parent(folder)
    process.kill()
    process.wait(timeout=10)
    pids = [int(file.name) for file in folder.iterdir()]
    wait_until(lambda: all(gone(pid) for pid in pids), seconds=5)
    assert process.stderr is not None
    process.stderr.close()
