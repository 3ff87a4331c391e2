"""What may happen to a run: a folder in use, a full disk, Ctrl-C, a killed worker, damaged files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Crossret, Ended
from small_data import Small

from .workers import still_alive, wait_for_workers

LONG = ("--lang", "es", "--method", "lexical,translate-train,all-terms", "--set", "training.epochs=2000")
SHORT = ("--lang", "es", "--method", "lexical,translate-train,all-terms", "--set", "training.epochs=3")


def records(folder: Path) -> set[str]:
    return {json.loads(path.read_text())["unit"]["method"] for path in (folder / "records").glob("*/*.json")}


def ended(running: subprocess.Popen[str]) -> Ended:
    out, err = running.communicate(timeout=60)
    return Ended(running.returncode, out, err)


def wait_for(condition: Path, folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not list(folder.rglob(condition.name)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(folder.rglob(condition.name)), f"{condition} did not appear"


def test_a_folder_in_use_is_told_and_left_alone(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = crossret.start("bench", str(small.suite), *LONG, "--out", str(out))
    try:
        wait_for_workers(running.pid)
        second = crossret("bench", small.suite, *LONG, "--out", out)
        assert f"{out}: in use by another run" in second.line
        assert second.code == 1
        assert running.poll() is None
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
    third = crossret("bench", small.suite, *SHORT, "--out", out)
    assert third.code == 0, third.err


def test_an_out_that_is_a_file_is_told(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        told = crossret("bench", small.suite, *SHORT, "--out", out)
        assert str(tmp_path / "file") in told.line
        assert told.code in (1, 2)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("group", [True, False], ids=["terminal", "parent"])
def test_ctrl_c_is_one_line_and_keeps_what_is_finished(
    group: bool, crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    running = crossret.start("bench", str(small.suite), *LONG, "--out", str(out))
    workers = wait_for_workers(running.pid)
    wait_for(Path("*lexical*.json"), out)
    (os.killpg if group else os.kill)(running.pid, signal.SIGINT)
    stopped = ended(running)
    assert stopped.line.startswith("stopped; what is finished is kept")
    assert stopped.code == 1
    assert "lexical" in records(out)
    assert still_alive(workers) == []


def test_a_killed_worker_costs_its_job_only(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    out = tmp_path / "out"
    methods = ("--lang", "es", "--method", "translate-train,all-terms", "--set", "training.epochs=600")
    running = crossret.start("bench", str(small.suite), *methods, "--workers", "2", "--out", str(out))
    workers = wait_for_workers(running.pid)
    busy = [worker for worker in workers if b"resource_tracker" not in Path(f"/proc/{worker}/cmdline").read_bytes()]
    os.kill(busy[0], signal.SIGKILL)
    told = ended(running)
    assert "worker died with signal 9" in told.line
    assert told.code == 1
    assert len(records(out)) == 1
    again = crossret("bench", small.suite, *methods, "--out", out)
    assert again.code == 0, again.err
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


@pytest.mark.parametrize("name", ["model.safetensors", "state.safetensors"])
def test_a_damaged_model_or_state_is_told_with_its_file(
    name: str, crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    options = (small.suite, "--lang", "es", "--method", "translate-train", "--set", "training.epochs=3", "--out", out)
    assert crossret("bench", *options).code == 0
    (model,) = out.rglob("model.safetensors")
    model.unlink()
    (model.parent / name).write_bytes(b"no tensors")
    for record in out.rglob("*.json"):
        record.unlink()
    told = crossret("bench", *options)
    assert str(model.parent / name) in told.line
    assert told.code == 1
    assert crossret("bench", *options, "--fresh").code == 0


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
