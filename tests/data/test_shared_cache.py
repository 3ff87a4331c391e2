from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from crossret.data.array_cache import VARIABLE, cached_array, cached_rows
from crossret.data.shared_cache import VARIABLE as SHARED

ARRAY = np.arange(12, dtype=np.float32).reshape(3, 4)


def computed() -> np.ndarray:
    return ARRAY.copy()


def never() -> np.ndarray:
    raise AssertionError("it is in the shared cache")


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shared"
    monkeypatch.setenv(SHARED, folder.as_uri())
    return folder


def on_machine(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on as a machine with a disk of its own."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / name))


def test_what_one_machine_computed_another_fetches(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_machine("one", tmp_path, monkeypatch)
    cached_array("kind", "key", computed)
    cached_rows("rows", "key", ARRAY.shape, "float32", lambda: [ARRAY[:2], ARRAY[2:]])
    kept = sorted(path.relative_to(shared).as_posix() for path in shared.rglob("*") if path.is_file())
    assert kept == ["kind/key.npy", "rows/key.npy"]
    on_machine("two", tmp_path, monkeypatch)
    np.testing.assert_array_equal(cached_array("kind", "key", never), ARRAY)
    np.testing.assert_array_equal(cached_rows("rows", "key", ARRAY.shape, "float32", lambda: [never()]), ARRAY)
    (shared / "kind" / "key.npy").unlink()
    np.testing.assert_array_equal(cached_array("kind", "key", never), ARRAY)


def test_a_damaged_shared_entry_is_replaced(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    on_machine("one", tmp_path, monkeypatch)
    cached_array("kind", "key", computed)
    entry = shared / "kind" / "key.npy"
    whole = entry.read_bytes()
    entry.write_bytes(whole[:-8])
    on_machine("two", tmp_path, monkeypatch)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(cached_array("kind", "key", computed), ARRAY)
    assert "damaged cache entry" in caplog.text
    assert entry.read_bytes() == whole


@pytest.mark.parametrize("address", ["nowhere://bucket", "file:///dev/null/folder"])
def test_an_unusable_shared_cache_costs_time_but_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    monkeypatch.setenv(SHARED, address)
    on_machine("one", tmp_path, monkeypatch)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(cached_array("kind", "key", computed), ARRAY)
    assert f"{address}/kind/key.npy: cannot be shared" in caplog.text
    np.testing.assert_array_equal(cached_array("kind", "key", never), ARRAY)
