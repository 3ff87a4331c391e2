"""On a real cluster of two nodes with one CPU each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import executor_work
import pytest

from crossret.contracts.execution import Event, Executor, Job, Work
from crossret.errors import CrossretError, UsageError
from crossret.plugins import registry
from crossret.testing.checks import checks_of
from crossret.testing.conformance import run_check
from crossret.testing.subject import Subject
from crossret_executors.inline import Inline

pytestmark = pytest.mark.slow
ray = pytest.importorskip("ray", reason="needs ray")
cluster_utils = pytest.importorskip("ray.cluster_utils", reason="needs ray")

from crossret_executors.on_ray.executor import Ray  # noqa: E402

NODE = {"num_cpus": 1, "object_store_memory": 80 << 20}


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    patch = pytest.MonkeyPatch()
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    patch.setenv("PYTHONPATH", paths)
    patch.delenv("OMP_NUM_THREADS", raising=False)
    made = cluster_utils.Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    made.add_node(**NODE)
    ray.init(made.address, log_to_driver=False, logging_level="CRITICAL")
    yield made
    ray.shutdown()
    made.shutdown()
    patch.undo()


def run(jobs: list[Job], work: Work, **options: object) -> list[Event]:
    events: list[Event] = []
    Ray(**options).run(jobs, work, events.append)  # type: ignore[arg-type]
    return events


def of(job: str, events: list[Event]) -> list[tuple[str, float, str]]:
    return [(e.kind, e.done, e.message) for e in events if e.job == job]


@pytest.mark.parametrize("check", checks_of("executor"), ids=lambda check: check.__name__)
def test_it_passes_the_kit(check: object, cluster: object, tmp_path: Path) -> None:
    component = registry().get("executor", "ray")
    outcome = run_check(check, Subject(component, component.meta.example, registry(), tmp_path))  # type: ignore[arg-type]
    assert outcome.verdict == "pass", str(outcome)


def test_every_job_has_the_events_that_it_has_here(cluster: object) -> None:
    jobs = [Job("a", ""), Job("b", "raise"), Job("c", "data error"), Job("d", "")]
    events = run(jobs, executor_work.by_payload)
    here: list[Event] = []
    Inline().run(jobs, executor_work.by_payload, here.append)
    for job in "abcd":
        assert of(job, events) == of(job, here)


def test_work_that_cannot_be_imported_is_a_failed_job(cluster: object) -> None:
    events = run([Job("a", executor_work.Unreadable()), Job("b", "")], executor_work.by_payload)
    assert of("a", events)[-1] == ("failed", 0.0, "ImportError: cannot be imported outside True")
    assert of("b", events)[-1][0] == "finished"


def test_a_worker_that_always_dies_costs_its_job_only(cluster: object, capfd: pytest.CaptureFixture[str]) -> None:
    events = run([Job("a", "die"), Job("b", "")], executor_work.by_payload, max_retries=1)
    assert [kind for kind, _, _ in of("a", events)] == ["started", "progress", "progress", "progress", "failed"]
    assert of("a", events)[-1][2] == "worker died, tried 2 times"
    assert of("b", events)[-1][0] == "finished"
    assert capfd.readouterr().out == "", "tables go there"


def test_a_job_whose_worker_died_goes_on_where_it_was(cluster: object, tmp_path: Path) -> None:
    job = Job("a", "die at the second unit", tmp_path / "out", (Path("state"),))
    events = run([job], executor_work.in_steps)
    assert [e.message for e in events if e.kind == "unit"] == ["one", "two", "three"]
    assert [e.kind for e in events].count("started") == 1
    assert events[-1].kind == "finished"
    assert (tmp_path / "out" / "state" / "log").read_text() == "one two three "
    assert not list((tmp_path / "out").glob(".crossret*"))


def test_files_come_back_from_a_machine_that_does_not_share_the_folder(
    cluster: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine is made believe so: the mark that it looks for is another one."""
    from crossret_executors.on_ray import executor, marks

    def wrong(*args: object) -> executor.Order:
        order = made(*args)  # type: ignore[arg-type]
        return executor.Order(order.job, order.packed, order.directory, order.folder, order.kept, "another")

    made = executor._order
    monkeypatch.setattr(executor, "_order", wrong)
    out = tmp_path / "out"
    job = Job("a", "die at the second unit", out, (Path("state"),))
    events = run([job], executor_work.in_steps)
    assert [e.message for e in events if e.kind == "unit"] == ["one", "two", "three"]
    assert (out / "state" / "log").read_text() == "one two three "
    assert not (out / "state" / "temporary").exists(), "what the work removes is removed here"
    places = (out / "state" / "places").read_text().split()
    assert str(out) not in places
    assert len(set(places)) == 2, "two tries in two folders"
    assert not (out / marks.NAME).exists()


def test_a_node_that_joins_late_is_used(cluster: object, tmp_path: Path) -> None:
    """Three jobs wait for one another, and the cluster has room for two of them at first."""
    added: list[object] = []
    events: list[Event] = []

    def report(event: Event) -> None:
        events.append(event)
        if [e.kind for e in events].count("started") == 2 and not added:
            added.append(cluster.add_node(**NODE))  # type: ignore[attr-defined]

    try:
        Ray().run([Job(name, str(tmp_path)) for name in "abc"], executor_work.wait_for_three, report)
    finally:
        for node in added:
            cluster.remove_node(node)  # type: ignore[attr-defined]
    assert len(added) == 1
    assert [e.kind for e in events].count("finished") == 3


def test_settings_of_the_run_reach_the_worker(cluster: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSRET_THREADS", "3")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "7")
    (unit,) = (e.message for e in run([Job("a", "")], executor_work.environment) if e.kind == "unit")
    assert unit.split()[1:] == ["3", "7"]


def test_what_no_node_could_run_is_refused(cluster: object) -> None:
    with pytest.raises(UsageError, match=r"a job takes 1 CPU and 1 GPU, and no node .* lower the executor's options"):
        run([Job("a", "")], executor_work.by_payload, gpus=1)


@pytest.mark.parametrize(
    "options",
    [{"workers": 0}, {"max_retries": -1}, {"cpus": -1}, {"gpus": 1.5}],
    ids=lambda options: next(iter(options)),
)
def test_a_wrong_option_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(options))} must be"):
        Ray(**options)  # type: ignore[arg-type]


def test_is_an_executor() -> None:
    assert isinstance(Ray(), Executor)


@pytest.mark.parametrize(
    ("address", "said"),
    [("127.0.0.1:9", "no Ray cluster at '127.0.0.1:9'"), ("here", "expected HOST:PORT"), ("ray://a:1", "HOST:PORT of")],
)
def test_an_address_without_a_cluster_is_told(address: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with pytest.raises(CrossretError, match=said):
        run([Job("a", "")], executor_work.by_payload, address=address)
