"""The backbone ``nrccr-npy``: one stored vector per picture, a matrix and a list of ids per split."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from crossret.contracts.data import Item
from crossret.errors import DataError, nearest
from crossret_datasets.authors.collection import FEATURES
from crossret_datasets.authors.feature_folders import feature_folder
from crossret_datasets.authors.text_files import first_file, read_ids

# Names in the README, the trainer and the tester of the published code; "{short}" has no underscore.
_MATRICES: Final = {
    "train": ("train-{feature}-avgpool.npy", "train-{short}-avgpool.npy"),
    "val": ("val-{feature}-avgpool.npy", "val-{short}-avgpool.npy"),
    "test": (
        "test_2016_flickr-{short}-avgpool.npy",
        "test_2016_flickr-{feature}-avgpool.npy",
        "test-{feature}-avgpool.npy",
    ),
}
_LISTS: Final = {"train": "train_id.txt", "val": "val_id.txt", "test": "test_id_2016.txt"}


@dataclass(frozen=True)
class Matrix:
    """The features of one split: row i belongs to the i-th id."""

    path: Path
    ids_path: Path
    values: np.ndarray
    ids: tuple[str, ...]


class NpyFeatures:
    """Features looked up by picture id over all splits; implements ``FeatureBackbone``.

    Args:
        root: the folder that holds the collection's folder.
        feature: folder with the matrices, below ``FeatureData`` or beside it, e.g. ``resnet_152``. A list of ids in it
            goes before the one in ``FeatureData``.
        collection: the collection's folder, by any of its names.

    Raises:
        DataError: a file is missing or malformed, or a matrix and its list do not fit each other.
    """

    def __init__(self, root: str, feature: str, collection: str = "multi30k") -> None:
        self.folder = feature_folder(Path(root), collection, feature)
        self._matrices = list(_matrices(self.folder, feature))
        if not self._matrices:
            first_file(self.folder, (name for split in _MATRICES for name in _names(split, feature)))
        self.dimension = _common_dimension(self._matrices)
        self._places = {
            identifier: (matrix, row)
            for matrix in reversed(self._matrices)
            for row, identifier in enumerate(matrix.ids)
        }
        self._digest = ""

    def fingerprint(self) -> str:
        """Hash of matrices and lists."""
        if not self._digest:
            digest = hashlib.sha256()
            for path in (path for matrix in self._matrices for path in (matrix.path, matrix.ids_path)):
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
            self._digest = digest.hexdigest()[:16]
        return self._digest

    def features(self, items: Sequence[Item]) -> np.ndarray:
        """Features ``(N, D)`` float32 of N items.

        Raises:
            DataError: an item is in no list, or its features are not finite.
        """
        missing = [item.id for item in items if item.id not in self._places]
        if missing:
            lists = ", ".join(matrix.ids_path.name for matrix in self._matrices)
            raise DataError(
                f"{self.folder}: {len(missing)} of {len(items)} pictures are in none of the lists with features "
                f"({lists}), the first is {missing[0]!r}{nearest(missing[0], self._places)}"
            )
        return np.stack([self._row(item) for item in items])

    def _row(self, item: Item) -> np.ndarray:
        matrix, row = self._places[item.id]
        with np.errstate(over="ignore"):
            found: np.ndarray = matrix.values[row].astype(np.float32)
        if not np.isfinite(found).all():
            raise DataError(f"{matrix.path}: row {row}, of picture {item.id!r}, is not finite")
        return found


def _names(split: str, feature: str) -> list[str]:
    return [name.format(feature=feature, short=feature.replace("_", "")) for name in _MATRICES[split]]


def _matrices(folder: Path, feature: str) -> Iterator[Matrix]:
    beside = folder.parent / FEATURES
    shared = beside if beside.is_dir() else folder.parent
    for split in _MATRICES:
        found = [folder / name for name in _names(split, feature) if (folder / name).is_file()]
        if not found:
            continue
        name = _LISTS[split]
        ids_path = folder / name if (folder / name).is_file() else first_file(shared, (name,))
        values, ids = _read(found[0]), read_ids(ids_path)
        if len(ids) != len(values):
            raise DataError(f"{ids_path}: {len(ids)} ids; expected {len(values)}, as in {found[0]}")
        yield Matrix(found[0], ids_path, values, ids)


def _read(path: Path) -> np.ndarray:
    try:
        values: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path}: no features can be read: {error}") from error
    if values.ndim != 2 or not values.size or values.dtype.kind != "f":
        raise DataError(f"{path}: found {values.dtype} of shape {values.shape}; expected real numbers of shape (M, D)")
    return values


def _common_dimension(matrices: Sequence[Matrix]) -> int:
    first, dimension = matrices[0].path, int(matrices[0].values.shape[1])
    for matrix in matrices[1:]:
        found = matrix.values.shape[1]
        if found != dimension:
            raise DataError(f"{matrix.path}: {found} dimensions; expected {dimension}, as in {first}")
    return dimension
