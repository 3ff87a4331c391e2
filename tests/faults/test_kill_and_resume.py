"""A bench that is killed and started again ends with the figures of one that was left alone."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from processes import Crossret
from small_data import Small

from .workers import still_alive, wait_for_workers

METHODS = "source-only,translate-test,translate-train,all-terms,all-terms-fused"
SETTINGS = ("--set", "training.epochs=150", "--set", "training.checkpoint_seconds=0.2")
KILLS = 3


def options(small: Small) -> tuple[str, ...]:
    return (str(small.suite), "--lang", "es", "--seeds", "2", "--method", METHODS, "--workers", "2", *SETTINGS)


def figures(folder: Path) -> dict[str, Any]:
    """Everything in the records that must not depend on when and how often the run was interrupted."""
    found = {}
    for path in (folder / "records").glob("*/*.json"):
        record = json.loads(path.read_text())
        kept = ("key", "training_key", "scores", "curve", "best_step", "best_validation", "steps", "components")
        found[path.name] = {name: record[name] for name in kept}
    return found


def kill(running: subprocess.Popen[str], out: Path, delay: float) -> None:
    """SIGKILL parent and workers some seconds after one of them has saved a state."""
    started = time.time()
    while not any(saved_at(state) > started for state in out.rglob("state.safetensors")):
        assert running.poll() is None, "the run ended before it could be killed: choose more epochs"
        time.sleep(0.02)
    time.sleep(delay)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()


def saved_at(state: Path) -> float:
    """0 if the training has ended meanwhile."""
    try:
        return state.stat().st_mtime
    except FileNotFoundError:
        return 0.0


@pytest.fixture(scope="module")
def unbroken(crossret: Crossret, small: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unbroken") / "out"
    ended = crossret("bench", *options(small), "--out", folder, timeout=300)
    assert ended.code == 0, ended.err
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_killed_three_times_at_random_it_ends_with_the_same_figures(
    seed: int, crossret: Crossret, small: Small, tmp_path: Path, unbroken: Path
) -> None:
    out, rng = tmp_path / "out", random.Random(seed)
    for _ in range(KILLS):
        kill(crossret.start("bench", *options(small), "--out", str(out)), out, rng.uniform(0, 1.5))
    ended = crossret("bench", *options(small), "--out", out, timeout=300)
    assert ended.code == 0, ended.err
    assert figures(out) == figures(unbroken)
    for name in ("shapes.csv", "shapes.json"):
        ours, theirs = ((folder / "leaderboard" / name).read_text() for folder in (out, unbroken))
        assert ours.replace(str(out), "") == theirs.replace(str(unbroken), ""), name


@pytest.mark.slow
def test_neither_executor_nor_number_of_workers_changes_a_figure(small: Small, tmp_path: Path) -> None:
    """Each has a cache of its own, so that features and principal components are computed by each."""
    few = (str(small.suite), "--lang", "es", "--method", METHODS, "--set", "training.epochs=20")
    ways = {"one": ("--workers", "1"), "two": ("--workers", "2"), "inline": ("--executor", "inline")}
    for name, choice in ways.items():
        own = Crossret(tmp_path, tmp_path / f"cache-{name}", small.packages)
        ended = own("bench", *few, *choice, "--out", tmp_path / name, timeout=300)
        assert ended.code == 0, ended.err
    assert figures(tmp_path / "one") == figures(tmp_path / "two") == figures(tmp_path / "inline")


@pytest.mark.slow
def test_workers_do_not_outlive_a_killed_parent(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    running = crossret.start("bench", *options(small), "--out", str(tmp_path / "out"))
    workers = wait_for_workers(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    assert still_alive(workers) == []
