"""The photos: ids, splits and files, in the order of the index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crossret.contracts.data import Item
from crossret.errors import DataError, nearest
from crossret_datasets.photos.layout import INDEX, INDEX_COLUMNS
from crossret_datasets.photos.tables import read_rows

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture: its Flickr number, the Multi30K split it belongs to, its file below the root."""

    id: str
    split: str
    file: str

    @property
    def item(self) -> Item:
        """A photo is its own subject."""
        return Item(self.id, self.id)


def read_index(root: Path) -> tuple[Photo, ...]:
    """All photos.

    Raises:
        DataError: the index is missing or malformed, names an unknown split, or an id twice.
    """
    path = root / INDEX
    if not root.is_dir():
        raise DataError(f"{root}: no such folder; data.options.root must name the folder that holds {INDEX}")
    photos: dict[str, Photo] = {}
    for number, row in read_rows(path, INDEX_COLUMNS):
        if row["split"] not in SPLITS:
            raise DataError(f"{path}:{number}: unknown split {row['split']!r}{nearest(row['split'], SPLITS)}")
        if row["id"] in photos:
            raise DataError(f"{path}:{number}: id {row['id']!r} is there twice; expected different ids")
        photos[row["id"]] = Photo(row["id"], row["split"], row["image"])
    return tuple(photos.values())


def drawn(photos: Iterable[Photo], count: int) -> frozenset[str]:
    """A fixed random choice: the ids whose SHA-256 is smallest."""
    ids = sorted((photo.id for photo in photos), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return frozenset(ids[:count])
