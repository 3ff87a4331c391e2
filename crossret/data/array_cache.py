"""Arrays that are costly to compute, stored once per content and shared by all processes and runs.

Environment:
    CROSSRET_CACHE: the folder; default: the user's cache folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from crossret.atomic import write_atomically
from crossret.data import shared_cache

VARIABLE = "CROSSRET_CACHE"
log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Where cached arrays lie."""
    import platformdirs

    return Path(os.environ.get(VARIABLE) or platformdirs.user_cache_path("crossret"))


def key_of(*parts: object) -> str:
    """A short name for everything that an array depends on."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:24]


def cached_array(kind: str, key: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
    """The array of a key; computed by the first process that needs it while others wait, then memory-mapped read-only.

    A damaged entry is computed again, and the log says so. A folder that cannot be written costs time, not the run.
    """
    return cached_arrays(kind, key, ("",), lambda: (compute(),))[0]


def cached_arrays(
    kind: str, key: str, endings: Sequence[str], compute: Callable[[], Sequence[np.ndarray]]
) -> tuple[np.ndarray, ...]:
    """Arrays that are computed together, as :func:`cached_array` keeps one; ``endings`` tell their files apart."""
    paths = [cache_folder() / kind / f"{key}{ending}.npy" for ending in endings]
    with _locked(paths[0]) as usable:
        found = [array for path in paths if (array := _found(path)) is not None]
        if len(found) == len(paths):
            return tuple(found)
        computed = tuple(compute())
        if not usable:
            return computed
        return tuple(_stored(path, array) for path, array in zip(paths, computed, strict=True))


def cached_rows(
    kind: str, key: str, shape: tuple[int, ...], dtype: str, blocks: Callable[[], Iterable[np.ndarray]]
) -> np.ndarray:
    """An array that need not fit in memory, as :func:`cached_array` keeps one: blocks of rows are written as they come.

    Raises:
        ValueError: the blocks are not of the shape.
    """
    path = cache_folder() / kind / f"{key}.npy"
    with _locked(path) as usable:
        found = _found(path)
        if found is None and usable:
            found = _written(path, lambda file: _write_blocks(file, shape, dtype, blocks()))
        return np.concatenate([*blocks()]).astype(dtype, copy=False) if found is None else found


def _write_blocks(file: BinaryIO, shape: tuple[int, ...], dtype: str, blocks: Iterable[np.ndarray]) -> None:
    described = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)
    rows = 0
    for block in blocks:
        if block.shape[1:] != shape[1:]:
            raise ValueError(f"expected rows of an array {shape}, found a block {block.shape}")
        file.write(np.ascontiguousarray(block, dtype).data)
        rows += len(block)
    if rows != shape[0]:
        raise ValueError(f"expected {shape[0]} rows of an array {shape}, found {rows}")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Hold the entry's lock; false if the folder takes none. What is there can be read all the same."""
    from filelock import FileLock

    lock = FileLock(f"{path}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except (OSError, NotImplementedError) as error:
        log.warning("%s: cannot be written as a cache (%s)", path.parent, error)
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _stored(path: Path, array: np.ndarray) -> np.ndarray:
    """The array as the file has it, which takes no memory, or as it is if it cannot be written."""
    found = _written(path, lambda file: np.save(file, array, allow_pickle=False))
    return array if found is None else found


def _written(path: Path, write: Callable[[BinaryIO], object]) -> np.ndarray | None:
    try:
        write_atomically(path, write)
    except OSError as error:
        log.warning("%s: cannot be written (%s); it will be computed again", path, error)
        return None
    shared_cache.offer(_name(path), path)
    return _read(path)


def _found(path: Path) -> np.ndarray | None:
    """From the local cache, or else from the shared one."""
    found = _read(path)
    if found is None:
        shared_cache.fetch(_name(path), path)
        found = _read(path)
    return found


def _name(path: Path) -> str:
    return path.relative_to(cache_folder()).as_posix()


def _read(path: Path) -> np.ndarray | None:
    if not path.exists():
        return None
    try:
        found: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        log.warning("%s: damaged cache entry (%s); computing it again", path, error)
        return None
    return found
