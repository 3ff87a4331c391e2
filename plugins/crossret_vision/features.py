"""``features``: vectors that another program has computed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError, safe_open

from crossret.errors import DataError, nearest

if TYPE_CHECKING:
    from crossret.contracts.data import Item

TENSOR = "features"


class StoredFeatures:
    """Looks features up by item id.

    Args:
        path: a ``.npy`` or ``.safetensors`` file (tensor ``features``) with an array ``(M, D)`` of real numbers.
        ids: a text file with the M item ids, one a line; by default beside the features, ``clip.npy`` →
            ``clip.ids.txt``.

    Raises:
        DataError: a file is missing or malformed, or the two do not fit each other.
    """

    def __init__(self, path: str, ids: str | None = None) -> None:
        self.path = Path(path)
        self.ids_path = Path(ids) if ids is not None else self.path.with_name(f"{self.path.stem}.ids.txt")
        self._array = read_array(self.path)
        self._rows = read_ids(self.ids_path)
        if len(self._rows) != len(self._array):
            raise DataError(
                f"{self.ids_path}: {len(self._rows)} ids; expected {len(self._array)}, as in {self.path} (frames "
                f"of clips need {self.path.stem}.lengths.txt)"
            )
        self.dimension = int(self._array.shape[1])

    def fingerprint(self) -> str:
        """Hash of both files."""
        digest = hashlib.sha256()
        for path in (self.path, self.ids_path):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]

    def features(self, items: Sequence[Item]) -> np.ndarray:
        """Features ``(N, D)`` float32 of N items.

        Raises:
            DataError: an item is not in the file, or its features are not finite.
        """
        missing = [item.id for item in items if item.id not in self._rows]
        if missing:
            raise DataError(
                f"{self.ids_path}: {len(missing)} of {len(items)} items are missing, the first is "
                f"{missing[0]!r}{nearest(missing[0], self._rows)}"
            )
        rows = np.array([self._rows[item.id] for item in items], dtype=np.intp)
        with np.errstate(over="ignore"):
            found = self._array[rows].astype(np.float32)
        broken = np.flatnonzero(~np.isfinite(found).all(axis=1))
        if len(broken):
            first = broken[0]
            raise DataError(
                f"{self.path}: {len(broken)} of {len(items)} rows are not finite, the first is row {rows[first]} "
                f"({items[first].id!r})"
            )
        return found


def read_array(path: Path) -> np.ndarray:
    """The array ``(M, D)`` of a file; a ``.npy`` stays on the disk until a row is asked for.

    Raises:
        DataError: the file is missing, of another format, or has another shape or type.
    """
    readers = {".npy": _read_npy, ".safetensors": _read_safetensors}
    if path.suffix not in readers:
        raise DataError(f"{path}: unknown format {path.suffix!r}{nearest(path.suffix, readers)}")
    try:
        array = readers[path.suffix](path)
    except (OSError, ValueError, TypeError, EOFError, SafetensorError) as error:
        raise DataError(f"{path}: no features can be read: {error}") from error
    if array.ndim != 2 or not array.size or array.dtype.kind != "f":
        raise DataError(f"{path}: found {array.dtype} of shape {array.shape}; expected real numbers of shape (M, D)")
    return array


def _read_npy(path: Path) -> np.ndarray:
    array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def _read_safetensors(path: Path) -> np.ndarray:
    with safe_open(path, framework="np") as file:
        if TENSOR not in file.keys():  # noqa: SIM118 - the file is no mapping
            raise DataError(f"{path}: no tensor {TENSOR!r}{nearest(TENSOR, file.keys())}")
        array: np.ndarray = file.get_tensor(TENSOR)
    return array


def read_ids(path: Path) -> dict[str, int]:
    """Row number by item id.

    Raises:
        DataError: the file is missing or no UTF-8, or an id is empty or stands there twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: no ids can be read: {error}") from error
    rows: dict[str, int] = {}
    for row, identifier in enumerate(lines):
        if not identifier.strip():
            raise DataError(f"{path}:{row + 1}: found an empty line; expected an id")
        if identifier in rows:
            raise DataError(f"{path}:{row + 1}: id {identifier!r} stands already on line {rows[identifier] + 1}")
        rows[identifier] = row
    return rows
