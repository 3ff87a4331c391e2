from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from crossret.data.array_cache import cached_rows

ARRAY = np.arange(21, dtype=np.float32).reshape(7, 3)


class Blocks:
    """The array in blocks of three rows, counted."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Iterator[np.ndarray]:
        for start in range(0, 7, 3):
            self.made += 1
            yield ARRAY[start : start + 3]


def test_blocks_are_computed_once_and_then_read(isolated_cache: Path) -> None:
    blocks = Blocks()
    for _ in range(2):
        found = cached_rows("kind", "key", (7, 3), "float16", blocks)
        np.testing.assert_array_equal(found, ARRAY.astype(np.float16))
        assert isinstance(found, np.memmap)
        assert found.dtype == np.float16
        assert not found.flags.writeable
    assert blocks.made == 3


def test_the_whole_is_never_in_memory() -> None:
    def blocks() -> Iterator[np.ndarray]:
        for number in range(100):
            yield np.full((1000, 64), number, np.float32)

    tracemalloc.start()
    found = cached_rows("kind", "key", (100_000, 64), "float32", blocks)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.nbytes == 25_600_000
    assert peak < 4_000_000
    assert found[-1, -1] == 99


@pytest.mark.parametrize("shape", [(8, 3), (6, 3), (7, 4)])
def test_blocks_of_another_shape_leave_nothing(shape: tuple[int, int], isolated_cache: Path) -> None:
    with pytest.raises(ValueError, match=r"expected .* array \(\d, \d\), found"):
        cached_rows("kind", "key", shape, "float32", Blocks())
    assert not list((isolated_cache / "kind").glob("*.npy"))


def test_failure_half_way_leaves_nothing(isolated_cache: Path) -> None:
    def blocks() -> Iterator[np.ndarray]:
        yield ARRAY[:3]
        raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        cached_rows("kind", "key", (7, 3), "float32", blocks)
    assert not list((isolated_cache / "kind").glob("*.npy"))
    np.testing.assert_array_equal(cached_rows("kind", "key", (7, 3), "float32", Blocks()), ARRAY)


def test_folder_that_cannot_be_written_costs_time_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CROSSRET_CACHE", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        found = cached_rows("kind", "key", (7, 3), "float16", Blocks())
    np.testing.assert_array_equal(found, ARRAY.astype(np.float16))
    assert "cannot be written" in caplog.text
