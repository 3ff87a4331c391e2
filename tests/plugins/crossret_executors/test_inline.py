from __future__ import annotations

import os

import executor_work
import pytest

from crossret.contracts.execution import Event, Executor, Job
from crossret_executors.inline import Inline


def test_jobs_run_in_order_in_this_process_and_a_failure_does_not_stop_the_rest() -> None:
    events: list[Event] = []
    jobs = [Job("a", ""), Job("b", "raise"), Job("c", "data error"), Job("d", "")]
    Inline().run(jobs, executor_work.by_payload, events.append)
    assert [(e.job, e.kind) for e in events if e.kind != "progress"] == [
        ("a", "started"), ("a", "finished"),
        ("b", "started"), ("b", "failed"),
        ("c", "started"), ("c", "failed"),
        ("d", "started"), ("d", "finished"),
    ]  # fmt: skip
    failed = {e.job: e for e in events if e.kind == "failed"}
    assert failed["b"].message == "ValueError: two lines"
    assert failed["c"].message == "file.csv: line 3: no language"
    assert "executor_work.py" in failed["b"].details


def test_environment_is_left_alone() -> None:
    before = dict(os.environ)
    Inline(workers=1).run([Job("a", "")], executor_work.environment, lambda event: None)
    assert dict(os.environ) == before


def test_interrupt_passes_through() -> None:
    def work(job: Job, report: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Inline().run([Job("a", "")], work, lambda event: None)


def test_more_than_one_worker_is_refused() -> None:
    with pytest.raises(ValueError, match="workers=2"):
        Inline(workers=2)


def test_is_an_executor() -> None:
    assert isinstance(Inline(), Executor)
