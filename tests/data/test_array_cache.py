from __future__ import annotations

import logging
import os
import resource
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from crossret.data.array_cache import cached_array, cached_arrays, key_of

ARRAY = np.arange(12, dtype=np.float32).reshape(3, 4)


class Counted:
    """Computes the array and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> np.ndarray:
        self.calls += 1
        return ARRAY.copy()


def entry(folder: Path) -> Path:
    return folder / "kind" / "key.npy"


def test_an_array_is_computed_once_and_then_read(isolated_cache: Path) -> None:
    compute = Counted()
    for _ in range(3):
        np.testing.assert_array_equal(cached_array("kind", "key", compute), ARRAY)
    assert compute.calls == 1
    assert entry(isolated_cache).exists()
    again = cached_array("kind", "key", compute)
    assert not again.flags.writeable
    assert isinstance(again, np.memmap)
    assert isinstance(cached_array("kind", "new", Counted()), np.memmap), "who computes it keeps no copy in memory"
    cached_array("kind", "other", compute)
    cached_array("other", "key", compute)
    assert compute.calls == 3


def test_arrays_computed_together_are_kept_together(isolated_cache: Path) -> None:
    calls = []

    def compute() -> tuple[np.ndarray, np.ndarray]:
        calls.append(1)
        return ARRAY, ARRAY[:2] + 1

    for _ in range(2):
        found = cached_arrays("kind", "key", ("", ".more"), compute)
        np.testing.assert_array_equal(found[0], ARRAY)
        np.testing.assert_array_equal(found[1], ARRAY[:2] + 1)
    assert len(calls) == 1
    (isolated_cache / "kind" / "key.more.npy").unlink()
    np.testing.assert_array_equal(cached_arrays("kind", "key", ("", ".more"), compute)[1], ARRAY[:2] + 1)
    assert len(calls) == 2


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8])


def clear(path: Path) -> None:
    path.write_bytes(b"")


def scribble(path: Path) -> None:
    path.write_bytes(b"no array")


def pickle(path: Path) -> None:
    np.save(path, np.array([{"an": "object"}], dtype=object), allow_pickle=True)


@pytest.mark.parametrize("damage", [cut, clear, scribble, pickle])
def test_a_damaged_entry_is_computed_again_and_the_log_says_so(
    isolated_cache: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    compute = Counted()
    cached_array("kind", "key", compute)
    damage(entry(isolated_cache))
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(cached_array("kind", "key", compute), ARRAY)
    assert str(entry(isolated_cache)) in caplog.text
    assert "damaged" in caplog.text
    caplog.clear()
    np.testing.assert_array_equal(cached_array("kind", "key", compute), ARRAY)
    assert compute.calls == 2
    assert not caplog.text


def file_in_the_way(root: Path) -> None:
    (root / "kind").write_text("")


def entry_is_a_folder(root: Path) -> None:
    (root / "kind" / "key.npy").mkdir(parents=True)


@pytest.mark.parametrize("spoil", [file_in_the_way, entry_is_a_folder])
def test_a_folder_that_cannot_be_used_costs_time_but_not_the_run(
    isolated_cache: Path, spoil: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    spoil(isolated_cache)
    compute = Counted()
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(cached_array("kind", "key", compute), ARRAY)
    assert compute.calls == 1
    assert str(isolated_cache / "kind") in caplog.text


def test_entries_are_read_where_no_lock_can_be_made(isolated_cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    compute = Counted()
    cached_array("kind", "key", compute)
    (isolated_cache / "kind" / "key.npy.lock").unlink(missing_ok=True)
    (isolated_cache / "kind" / "key.npy.lock").mkdir()
    np.testing.assert_array_equal(cached_array("kind", "key", compute), ARRAY)
    assert compute.calls == 1
    assert "cannot be written" in caplog.text


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_costs_time_but_not_the_run(isolated_cache: Path) -> None:
    isolated_cache.chmod(0o500)
    compute = Counted()
    np.testing.assert_array_equal(cached_array("kind", "key", compute), ARRAY)
    assert compute.calls == 1


def test_a_full_disk_does_not_make_it_compute_twice(isolated_cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    compute = Counted()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        with caplog.at_level(logging.WARNING):
            found = cached_array("kind", "key", compute)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    np.testing.assert_array_equal(found, ARRAY)
    assert compute.calls == 1
    assert "cannot be written" in caplog.text
    assert [path.name for path in (isolated_cache / "kind").iterdir()] == ["key.npy.lock"]


@pytest.mark.parametrize("error", [OSError("no such picture"), ValueError("bad picture")])
def test_an_error_of_the_computation_is_the_callers(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    calls = []

    def fail() -> np.ndarray:
        calls.append(1)
        raise error

    with pytest.raises(type(error), match="picture"):
        cached_array("kind", "key", fail)
    assert calls == [1]
    assert not caplog.text
    np.testing.assert_array_equal(cached_array("kind", "key", Counted()), ARRAY)


PROCESS = textwrap.dedent(
    """
    import os, sys, time
    import numpy as np
    from crossret.data.array_cache import cached_array

    def compute():
        with open(sys.argv[1], "a") as file:
            file.write(f"{os.getpid()}\\n")
        time.sleep(0.5)
        return np.full((2, 2), os.getpid())

    print("ready", flush=True)
    sys.stdin.readline()
    print(int(cached_array("kind", "key", compute)[0, 0]))
    """
)


def test_of_two_processes_one_computes_and_the_other_waits(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(calls)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    answers = []
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        answers.append(process.communicate(timeout=30)[0].strip())
        assert process.returncode == 0
    computed = calls.read_text().split()
    assert len(computed) == 1
    assert answers == [computed[0]] * 2


def test_a_key_depends_on_every_part_and_on_where_it_ends() -> None:
    keys = [key_of(), key_of("a"), key_of("a", "b"), key_of("ab"), key_of("b", "a"), key_of("a", 1), key_of("a", 1.5)]
    assert len(set(keys)) == len(keys)
    assert key_of("a", 1) == key_of("a", "1")
