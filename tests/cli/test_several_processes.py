"""One training, and one evaluation, by two processes that torchrun starts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from processes import Crossret, Ended
from small_data import Small

from crossret.training.resume import STATE_FILE
from crossret.training.tensor_files import read_facts

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--no-python")
DROPOUT = ("model.visual.dropout=0", "model.head_dropout=0", "model.text.dropout=0")
SETTINGS = ("training.batch_size=7", "training.epochs=3", *DROPOUT)


def words(small: Small, out: Path, *settings: str) -> list[str]:
    sets = [word for setting in (*SETTINGS, *settings) for word in ("--set", setting)]
    return [
        "train",
        "all-terms",
        "--suite",
        str(small.suite),
        "--lang",
        "es",
        *sets,
        "--device",
        "cpu",
        "--out",
        str(out),
    ]


def start(crossret: Crossret, given: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TORCHRUN, str(Path(sys.executable).with_name("crossret")), *given],
        cwd=crossret.folder,
        env=crossret.environment(OMP_NUM_THREADS="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=120)
    return Ended(process.returncode, out, err)


def rows_of(evaluated: Ended) -> list[list[dict[str, str]]]:
    (table,) = json.loads(evaluated.out)["tables"]
    rows: list[list[dict[str, str]]] = table["rows"]
    return rows


def losses(folder: str) -> list[float]:
    return [point["loss"] for point in read_facts(Path(folder) / "model.safetensors")["progress"]["curve"]]


def test_two_processes_train_the_model_of_one(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    two = ended(start(crossret, words(small, tmp_path / "two")))
    assert two.code == 0, two.err
    (folder,) = two.out.split()
    assert two.err.count("best validation SumR") == 1
    one = crossret(*words(small, tmp_path / "one"))
    assert one.code == 0, one.err
    assert Path(folder).name == Path(one.out.strip()).name
    assert losses(folder) == pytest.approx(losses(one.out.strip()), rel=1e-5)
    asked = ("evaluate", folder, "--lang", "es", "--query", "fused", "--device", "cpu", "--format", "json")
    together = ended(start(crossret, [*asked, "--run-files", str(tmp_path / "runs")]))
    assert together.code == 0, together.err
    assert together.err.count("wrote ") == len(list((tmp_path / "runs").iterdir())) > 0
    assert rows_of(together) == rows_of(crossret(*asked))


@pytest.mark.slow
def test_when_one_process_is_killed_the_other_ends(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    process = start(crossret, words(small, tmp_path, "training.epochs=20000", "training.checkpoint_seconds=0"))
    deadline = time.monotonic() + 90
    while not (states := list(tmp_path.rglob(STATE_FILE))):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (second,) = (child for child in psutil.Process(process.pid).children() if child.environ().get("RANK") == "1")
    second.kill()
    assert ended(process).code == 1
    # Any number of processes goes on from there.
    assert read_facts(states[0])["progress"]["step"] > 0


def test_other_commands_refuse_to_be_started_several_times(crossret: Crossret, small: Small) -> None:
    refused, silent = (
        crossret("bench", small.suite, WORLD_SIZE="2", RANK=rank, LOCAL_RANK=rank) for rank in ("0", "1")
    )
    assert refused.code == silent.code == 2
    assert silent.err == ""
    assert refused.line == "'bench' was started in 2 processes at once, which only train and evaluate can share"
