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
SETTINGS = ("--set", "training.epochs=400", "--set", "training.checkpoint_seconds=0.2")
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


def kill(running: subprocess.Popen[str], after: float) -> bool:
    """SIGKILL parent and workers; whether the run was still going on."""
    try:
        running.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        return True
    running.communicate()
    return False


@pytest.fixture(scope="module")
def unbroken(crossret: Crossret, small: Small, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    folder = tmp_path_factory.mktemp("unbroken") / "out"
    started = time.monotonic()
    ended = crossret("bench", *options(small), "--out", folder, timeout=300)
    assert ended.code == 0, ended.err
    return folder, time.monotonic() - started


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_three_times_at_random_it_ends_with_the_same_figures(
    seed: int, crossret: Crossret, small: Small, tmp_path: Path, unbroken: tuple[Path, float]
) -> None:
    whole, seconds = unbroken
    out, rng, kills = tmp_path / "out", random.Random(seed), 0
    for _ in range(KILLS):
        kills += kill(crossret.start("bench", *options(small), "--out", str(out)), rng.uniform(0.2, 0.6) * seconds)
    assert kills >= 2, "the run ended before it could be killed: choose more epochs"
    ended = crossret("bench", *options(small), "--out", out, timeout=300)
    assert ended.code == 0, ended.err
    assert figures(out) == figures(whole)
    for name in ("shapes.csv", "shapes.json"):
        ours, theirs = ((folder / "leaderboard" / name).read_text() for folder in (out, whole))
        assert ours.replace(str(out), "") == theirs.replace(str(whole), ""), name


@pytest.mark.slow
def test_neither_executor_nor_number_of_workers_changes_a_figure(
    crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    few = (*options(small), "--set", "training.epochs=20")
    for name, choice in {"one": ("--workers", "1"), "inline": ("--executor", "inline"), "two": ()}.items():
        ended = crossret("bench", *few, *choice, "--out", tmp_path / name, timeout=300)
        assert ended.code == 0, ended.err
    assert figures(tmp_path / "one") == figures(tmp_path / "two") == figures(tmp_path / "inline")


@pytest.mark.slow
def test_workers_do_not_outlive_a_killed_parent(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    running = crossret.start("bench", *options(small), "--out", str(tmp_path / "out"))
    workers = wait_for_workers(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    assert still_alive(workers) == []
