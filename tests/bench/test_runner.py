from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crossret.bench.runner import LOCK_FILE, exclusive
from crossret.contracts.execution import THREADS_VARIABLE, threads_per_job
from crossret.errors import CrossretError, UsageError

HOLD = """
import sys
from pathlib import Path
from crossret.bench.runner import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_held_by_one_run_and_free_again_when_that_is_killed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(CrossretError, match=f"{out}: in use by another run"), exclusive(out):
            pass
        holder.kill()
        holder.wait()
    assert (out / LOCK_FILE).exists()
    with exclusive(out):
        pass


def test_the_number_of_threads_is_the_same_everywhere_unless_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(THREADS_VARIABLE, raising=False)
    assert threads_per_job() == 1
    monkeypatch.setenv(THREADS_VARIABLE, str(os.cpu_count() or 1))
    assert threads_per_job() == (os.cpu_count() or 1)
    monkeypatch.setenv(THREADS_VARIABLE, "few")
    with pytest.raises(UsageError, match="CROSSRET_THREADS: expected a number from 1, found 'few'"):
        threads_per_job()
