"""``features`` of clips: one vector per frame, computed by another program."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crossret.errors import DataError, nearest
from crossret_vision.features import StoredFeatures, read_array, read_ids

if TYPE_CHECKING:
    from crossret.contracts.data import Item


def stored_features(path: str, ids: str | None = None, lengths: str | None = None) -> StoredFeatures | StoredFrames:
    """Features of pictures, or of the frames of clips if there is a file of lengths.

    Args:
        path: a ``.npy`` or ``.safetensors`` file (tensor ``features``) with an array ``(M, D)`` of real numbers.
        ids: a text file with the item ids, one a line; by default beside the features, ``clip.npy`` → ``clip.ids.txt``.
        lengths: a text file with the number of frames of every id, one a line; by default ``clip.lengths.txt``, if it
            is there. The array holds the frames of the first id, then those of the second, and so on.

    Raises:
        DataError: a file is missing or malformed, or they do not fit each other.
    """
    beside = Path(path).with_name(f"{Path(path).stem}.lengths.txt")
    if lengths is None and not beside.exists():
        return StoredFeatures(path, ids)
    return StoredFrames(path, ids, str(beside) if lengths is None else lengths)


class StoredFrames:
    """Looks the frames of a clip up by item id; see :func:`stored_features`.

    Raises:
        DataError: a file is missing or malformed, or they do not fit each other.
    """

    def __init__(self, path: str, ids: str | None, lengths: str) -> None:
        self.path = Path(path)
        self.ids_path = Path(ids) if ids is not None else self.path.with_name(f"{self.path.stem}.ids.txt")
        self.lengths_path = Path(lengths)
        self._array = read_array(self.path)
        self._places = read_ids(self.ids_path)
        self._lengths = read_lengths(self.lengths_path)
        counts = (len(self._lengths), len(self._places))
        if counts[0] != counts[1]:
            raise DataError(f"{self.lengths_path}: {counts[0]} lengths; expected {counts[1]}, as in {self.ids_path}")
        total = self._lengths.sum()
        if total != len(self._array):
            raise DataError(
                f"{self.lengths_path}: the lengths sum to {total}; expected {len(self._array)}, as in {self.path}"
            )
        self._stops = np.cumsum(self._lengths)
        self.dimension = int(self._array.shape[1])

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256()
        for path in (self.path, self.ids_path, self.lengths_path):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]

    def fingerprint(self) -> str:
        """Hash of the three files."""
        return self._digest

    def frame_features(self, items: Sequence[Item]) -> list[np.ndarray]:
        """Features ``(F, D)`` float32 of every item.

        Raises:
            DataError: an item is not in the file, or its features are not finite.
        """
        missing = [item.id for item in items if item.id not in self._places]
        if missing:
            raise DataError(
                f"{self.ids_path}: {len(missing)} of {len(items)} items are missing, the first is "
                f"{missing[0]!r}{nearest(missing[0], self._places)}"
            )
        return [self._frames(item) for item in items]

    def _frames(self, item: Item) -> np.ndarray:
        place = self._places[item.id]
        start = self._stops[place] - self._lengths[place]
        with np.errstate(over="ignore"):
            found = self._array[start : self._stops[place]].astype(np.float32)
        broken = np.flatnonzero(~np.isfinite(found).all(axis=1))
        if len(broken):
            raise DataError(f"{self.path}: row {start + broken[0]}, of {item.id!r}, is not finite")
        return found


def read_lengths(path: Path) -> np.ndarray:
    """Number of frames per line ``(N,)``.

    Raises:
        DataError: the file is missing, or a line is no number from 1.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: no lengths can be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip().isdecimal() or int(line) < 1:
            raise DataError(f"{path}:{number}: found {line!r}; expected a number of frames from 1")
    return np.array([int(line) for line in lines], dtype=np.int64)
