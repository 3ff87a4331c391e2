"""Pictures beside the captions: ``<id>.jpg``, or as a list of ids and file names says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crossret.contracts.data import Item
from crossret.errors import DataError
from crossret_datasets.authors.layouts import Layout
from crossret_datasets.authors.text_files import read_lines

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Pictures:
    """The pictures of a collection."""

    layout: Layout
    folder: Path

    def path(self, item: Item) -> Path:
        """The file of an item; it may be missing.

        Raises:
            DataError: the collection has clips, or its list of pictures lacks the item.
        """
        if not self.layout.pictures:
            raise DataError(
                f"{self.layout.name} has clips and no pictures: use a backbone that reads features, e.g. nrccr-bigfile"
            )
        return self.folder / self.layout.pictures / self._file_name(item)

    def _file_name(self, item: Item) -> str:
        if not self._listed:
            return f"{item.id}.jpg"
        if item.id not in self._listed:
            raise DataError(f"{self._list}: no line for picture {item.id!r}; expected '{item.id} <file name>'")
        return self._listed[item.id]

    @property
    def _list(self) -> Path:
        return self.folder / self.layout.picture_list

    @cached_property
    def _listed(self) -> Mapping[str, str]:
        if not self.layout.picture_list or not self._list.is_file():
            return {}
        found: dict[str, str] = {}
        for number, line in read_lines(self._list):
            identifier, _, name = line.strip().partition(" ")
            if not name:
                raise DataError(f"{self._list}:{number}: found {line!r}; expected '<id> <file name>'")
            if identifier in found:
                raise DataError(f"{self._list}:{number}: id {identifier!r} stands there twice")
            found[identifier] = name
        return found

    def image(self, item: Item) -> Image:
        """A decoded picture, RGB.

        Raises:
            DataError: it is missing.
        """
        from PIL import Image

        path = self.path(item)
        try:
            with Image.open(path) as picture:
                return picture.convert("RGB")
        except FileNotFoundError as error:
            raise DataError(f"{path}: no such picture; item {item.id!r}") from error

    def fingerprint(self) -> str:
        """Hash of the list, and of names and sizes in the top folder: hashing 100,000 pictures would take minutes."""
        digest = hashlib.sha256()
        if self.layout.picture_list and self._list.is_file():
            digest.update(self._list.read_bytes())
        folder = self.folder / self.layout.pictures
        if self.layout.pictures and folder.is_dir():
            with os.scandir(folder) as entries:
                for name, size in sorted((e.name, e.stat().st_size) for e in entries if e.is_file()):
                    digest.update(f"{name} {size}\n".encode())
        return digest.hexdigest()
