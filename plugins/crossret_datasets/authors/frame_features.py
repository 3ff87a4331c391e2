"""The backbone ``nrccr-bigfile``: stored features of the frames of clips."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crossret.contracts.data import Item
from crossret.errors import DataError, nearest
from crossret_datasets.authors.bigfile import MATRIX, NAMES, SHAPE, open_bigfile
from crossret_datasets.authors.feature_folders import feature_folder
from crossret_datasets.authors.frame_lists import read_frame_lists
from crossret_datasets.authors.text_files import first_file

FRAMES = "video2frames.txt"


class BigFileFeatures:
    """Features of all frames of a clip, in the order of its list; implements ``FrameFeatureBackbone``.

    How many of them are read is ``model.visual.frames.most`` (published: the first 64).

    Args:
        root: the folder that holds the collection's folder.
        collection: the collection's folder, by any of its names, e.g. ``vatex``.
        feature: folder below ``FeatureData`` with ``feature.bin``, ``id.txt``, ``shape.txt`` and ``video2frames.txt``.

    Raises:
        DataError: a file is missing or malformed, or a listed frame has no row.
    """

    def __init__(self, root: str, collection: str, feature: str) -> None:
        self.folder = feature_folder(Path(root), collection, feature)
        self._file = open_bigfile(self.folder)
        self._lists = first_file(self.folder, (FRAMES,))
        self._rows = {clip: self._places(clip, names) for clip, names in read_frame_lists(self._lists).items()}
        self.dimension = int(self._file.matrix.shape[1])
        self._digest = ""

    def _places(self, clip: str, names: list[str]) -> np.ndarray:
        try:
            return np.array([self._file.rows[name] for name in names], dtype=np.int64)
        except KeyError as error:
            raise DataError(
                f"{self._lists}: frame {error.args[0]!r} of clip {clip!r} is not among the ids of {self.folder / NAMES}"
            ) from error

    def fingerprint(self) -> str:
        """Hash of the four files; computed once: reading gigabytes takes seconds."""
        if not self._digest:
            digest = hashlib.sha256()
            for name in (MATRIX, NAMES, SHAPE, FRAMES):
                with (self.folder / name).open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
            self._digest = digest.hexdigest()[:16]
        return self._digest

    def frame_features(self, items: Sequence[Item]) -> list[np.ndarray]:
        """Features ``(F, D)`` float32 of every item.

        Raises:
            DataError: an item has no frames, or their features are not finite.
        """
        missing = [item.id for item in items if item.id not in self._rows]
        if missing:
            raise DataError(
                f"{self._lists}: {len(missing)} of {len(items)} clips are missing, the first is "
                f"{missing[0]!r}{nearest(missing[0], self._rows)}"
            )
        return [self._finite(item) for item in items]

    def _finite(self, item: Item) -> np.ndarray:
        rows = self._rows[item.id]
        found = np.asarray(self._file.matrix[rows], dtype=np.float32)
        broken = np.flatnonzero(~np.isfinite(found).all(axis=1))
        if len(broken):
            raise DataError(f"{self.folder / MATRIX}: row {rows[broken[0]]}, of clip {item.id!r}, is not finite")
        return found
