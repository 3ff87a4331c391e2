"""A bench on a real Ray cluster of two nodes, of which things die, ends with the tables of one process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Crossret
from small_data import Small

from .test_kill_and_resume import figures

pytestmark = pytest.mark.slow
pytest.importorskip("ray", reason="needs ray")

NODE = {"num_cpus": 1, "object_store_memory": 80 << 20}
METHODS = "lexical,translate-train,all-terms"
SETTINGS = ("--set", "training.epochs=80", "--set", "training.checkpoint_seconds=0.2")


@pytest.fixture(scope="module")
def address(small: Small) -> Iterator[str]:
    """Of a cluster of two nodes; their environment is that of a user who installed the plugin there."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(small.packages), os.environ.get("PYTHONPATH", "")]))
        cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
        cluster.add_node(**NODE)
        yield cluster.address
        cluster.shutdown()


def training_workers(cache: Path) -> list[int]:
    """Ray workers of the bench with this cache that are at a job."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_bytes()
            mine = f"CROSSRET_CACHE={cache}".encode() in (process / "environ").read_bytes()
        except OSError:
            continue
        if mine and title.startswith(b"ray::crossret"):
            found.append(int(process.name))
    return found


def wait_for_state(out: Path) -> None:
    deadline = time.monotonic() + 90
    while not list(out.rglob("state.safetensors")):
        assert time.monotonic() < deadline, "no training saved a state"
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="asks /proc which processes work")
def test_a_killed_worker_and_a_killed_driver_change_no_figure(
    address: str, crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    """The second driver meets the first one's folder while that still runs, and again when it was killed."""
    words = ("bench", small.suite, "--lang", "es", "--method", METHODS, *SETTINGS)
    here = crossret(*words, "--executor", "inline", "--out", tmp_path / "inline", timeout=300)
    assert here.code == 0, here.err

    out = tmp_path / "ray"
    there = (*words, "--executor", "ray", "--address", address, "--out", out)
    driver = crossret.start(*there)
    wait_for_state(out)
    assert "in use by another run" in crossret(*there).line
    workers = training_workers(crossret.cache)
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    time.sleep(1)
    assert driver.poll() is None, "the run ended before its driver could be killed: choose more epochs"
    os.kill(driver.pid, signal.SIGKILL)
    driver.communicate()

    again = crossret(*there, timeout=300)
    assert again.code == 0, again.err
    assert figures(out) == figures(tmp_path / "inline")
    ours, theirs = ((folder / "leaderboard" / "shapes.csv").read_text() for folder in (out, tmp_path / "inline"))
    assert ours.replace(str(out), "") == theirs.replace(str(tmp_path / "inline"), "")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="asks /proc which processes work")
def test_a_killed_worker_is_replaced_within_the_run_and_ctrl_c_stops_all(
    address: str, crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    out = tmp_path / "ray"
    words = ("bench", small.suite, "--lang", "es", "--method", "all-terms", "--executor", "ray", "--address", address)
    driver = crossret.start(
        *words, "--set", "training.epochs=3000", "--set", "training.checkpoint_seconds=0.2", "--out", out
    )
    wait_for_state(out)
    (first,) = training_workers(crossret.cache)
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while not (second := [pid for pid in training_workers(crossret.cache) if pid != first]):
        assert time.monotonic() < deadline, "nobody took its place"
        time.sleep(0.1)
    os.killpg(driver.pid, signal.SIGINT)
    told_out, told = driver.communicate(timeout=60)
    assert (
        told.splitlines()[-1] == "crossret: stopped; what is finished is kept, and the same command goes on from there"
    )
    assert "Traceback" not in told
    assert told_out == ""
    assert driver.returncode == 1
    deadline = time.monotonic() + 15
    while training_workers(crossret.cache):
        assert time.monotonic() < deadline, f"worker {second} works on"
        time.sleep(0.1)
