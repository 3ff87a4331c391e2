"""What may happen to a run: a folder in use, a full disk, Ctrl-C, a killed worker, damaged files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import SCRIPT, Crossret, Ended
from small_data import Small

from .workers import children, still_alive, workers_of

LONG = ("--lang", "es", "--method", "lexical,translate-train,all-terms", "--set", "training.epochs=2000")
SHORT = ("--lang", "es", "--method", "lexical,translate-train,all-terms", "--set", "training.epochs=1")


def records(folder: Path) -> set[str]:
    return {json.loads(path.read_text())["unit"]["method"] for path in (folder / "records").glob("*/*.json")}


def ended(running: subprocess.Popen[str]) -> Ended:
    out, err = running.communicate(timeout=60)
    return Ended(running.returncode, out, err)


def wait_for(pattern: str, folder: Path) -> Path:
    deadline = time.monotonic() + 120
    while not (found := sorted(folder.rglob(pattern))):
        assert time.monotonic() < deadline, f"{pattern} did not appear"
        time.sleep(0.02)
    return found[0]


def test_a_folder_in_use_is_told_and_left_alone(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = crossret.start("bench", small.suite, *LONG, "--out", out)
    try:
        wait_for(".crossret.lock", out)
        second = crossret("bench", small.suite, *LONG, "--out", out)
        assert f"{out}: in use by another run" in second.line
        assert second.code == 1
        assert running.poll() is None
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
    third = crossret("bench", small.suite, "--lang", "es", "--method", "lexical", "--out", out)
    assert third.code == 0, third.err


def test_an_out_that_is_a_file_is_told(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        told = crossret("bench", small.suite, *SHORT, "--out", out)
        assert str(tmp_path / "file") in told.line
        assert told.code in (1, 2)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "group", [pytest.param(True, id="terminal"), pytest.param(False, id="parent", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    "phase",
    [pytest.param("features", marks=pytest.mark.slow), "training", pytest.param("evaluation", marks=pytest.mark.slow)],
)
def test_ctrl_c_is_one_line_and_what_is_finished_is_kept(
    phase: str, group: bool, crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    """Pictures are read slowly, so that features take a second per split: of the test split, while evaluating."""
    out, own = tmp_path / "out", Crossret(tmp_path, tmp_path / "cache", small.packages)
    epochs = 1 if phase == "evaluation" else 5000
    words = (small.suite, "--lang", "es", "--method", "translate-train", "--set", f"training.epochs={epochs}")
    saving = ("--set", "training.checkpoint_seconds=0.1")
    running = own.start("bench", *words, *saving, "--out", out, SHAPES_SLOW="0.05")
    if phase == "features":
        wait_for("*.npy.lock", tmp_path / "cache")
    else:
        wait_for("state.safetensors" if phase == "training" else "model.safetensors", out)
    workers = children(running.pid)
    (os.killpg if group else os.kill)(running.pid, signal.SIGINT)
    stopped = ended(running)
    assert stopped.line == "stopped; what is finished is kept, and the same command goes on from there"
    assert stopped.code == 1
    assert len(workers) >= 1
    assert still_alive(workers) == []
    assert records(out) == set()
    if phase == "evaluation":
        (model,) = out.rglob("model.safetensors")
        trained = model.stat().st_mtime_ns
        again = own("bench", *words, *saving, "--out", out)
        assert again.code == 0, again.err
        assert model.stat().st_mtime_ns == trained


@pytest.mark.slow
def test_a_killed_worker_costs_its_job_only(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = ("--set", "training.epochs=100", "--set", "training.checkpoint_seconds=0.1")
    words = (small.suite, "--lang", "es", "--method", "translate-train,all-terms", *settings, "--out", out)
    running = crossret.start("bench", *words, "--workers", 2)
    wait_for("state.safetensors", out)
    os.kill(workers_of(running.pid)[0], signal.SIGKILL)
    told = ended(running)
    assert told.code == 1
    assert told.line.startswith("failed: shapes/plain/es/")
    assert "worker died with signal 9" in told.line
    assert len(records(out)) == 1
    again = crossret("bench", *words)
    assert again.code == 0, again.err
    assert again.err.splitlines()[0] == "1 of 2 units are finished already; going on with the rest"
    assert records(out) == {"translate-train", "all-terms"}


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(
    crossret: Crossret, small: Small, tmp_path: Path, tiny_disk: Path
) -> None:
    out = tiny_disk / "out"
    told = crossret("bench", small.suite, *SHORT, "--out", out)
    assert told.code == 1
    assert "Traceback" not in told.err
    assert "No space left on device" in told.err
    assert "lexical" in records(out)
    assert not list(out.rglob(".*.json.*")), "a half-written record is left"
    room = Path(shutil.copytree(out, tmp_path / "room"))
    again = crossret("bench", small.suite, *SHORT, "--out", room)
    assert again.code == 0, again.err
    assert records(room) == {"lexical", "translate-train", "all-terms"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of processes")
def test_a_file_that_may_not_grow_is_told_by_name(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    """As a full disk, where no small file system may be mounted."""
    limited = f"ulimit -f 200; exec {SCRIPT} bench {small.suite} {' '.join(SHORT)} --out {tmp_path / 'out'}"
    done = subprocess.run(
        ["bash", "-c", limited], env=crossret.environment(), capture_output=True, text=True, timeout=120, check=False
    )
    told = Ended(done.returncode, done.stdout, done.stderr)
    assert told.code == 1
    assert "File too large" in told.line
    assert "safetensors" in told.line
    assert " lexical " in told.out
    assert records(tmp_path / "out") == {"lexical"}


@pytest.mark.slow
def test_a_damaged_model_or_state_is_told_with_its_file(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("bench", small.suite, *SHORT, "--out", out)
    assert crossret(*words).code == 0
    damaged = []
    for record, name in (("translate-train", "model.safetensors"), ("all-terms", "state.safetensors")):
        (path,) = out.rglob(f"{record}--*.json")
        folder = out / "trainings" / json.loads(path.read_text())["training_key"][:16]
        path.unlink()
        (folder / "model.safetensors").unlink()
        (folder / name).write_bytes(b"no tensors")
        damaged.append(folder / name)
    told = crossret(*words)
    assert told.code == 1
    assert told.line.startswith("failed (and 1 more of 3 jobs): ")
    for path in damaged:
        (line,) = (line for line in told.err.splitlines() if line.startswith("failed: ") and str(path) in line)
        assert "delete it" in line
        path.unlink()
    again = crossret(*words)
    assert again.code == 0, again.err
    assert records(out) == {"lexical", "translate-train", "all-terms"}


@pytest.mark.slow
def test_a_damaged_cache_entry_is_computed_again(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    own = Crossret(tmp_path, tmp_path / "cache", small.packages)
    first = own("bench", small.suite, *SHORT, "--out", tmp_path / "a")
    entries = list((tmp_path / "cache" / "features").glob("*.npy"))
    assert entries
    for entry in entries:
        entry.write_bytes(b"broken")
    second = own("bench", small.suite, *SHORT, "--out", tmp_path / "b")
    assert second.code == 0, second.err
    tables = [(tmp_path / run / "leaderboard" / "shapes.csv").read_text() for run in "ab"]
    assert tables[0] == tables[1]
    assert first.code == 0
