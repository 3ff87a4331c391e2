"""Finds and opens the pictures of a data set."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from crossret.errors import DataError


class Pictures:
    """Finds files by name: where the name says, or in any folder below.

    Args:
        folder: pictures or clips, flat or in folders (``train2014/…``); links to folders are followed.
        remedy: where the pictures can be got; the end of an error line.
    """

    def __init__(self, folder: Path, remedy: str) -> None:
        self.folder = folder
        self.remedy = remedy

    def find(self, *names: str) -> Path:
        """The file that has one of the names, tried in order.

        Raises:
            DataError: there is none, or several of one name.
        """
        for name in names:
            path = self.folder / name
            if path.is_file():
                return path
            below = self._by_name.get(name, ())
            if len(below) > 1:
                raise DataError(f"{below[0]}: another {name} is at {below[1]}; expected one below {self.folder}")
            if below:
                return below[0]
        tried = names[0] if len(names) == 1 else f"{names[0]} (nor {', '.join(names[1:])})"
        raise DataError(f"{self.folder}: no {tried} here or in a folder below; {self.remedy}")

    def has(self, *names: str) -> bool:
        """Whether :meth:`find` finds something."""
        return any((self.folder / name).is_file() or name in self._by_name for name in names)

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        seen: set[str] = set()
        for folder, folders, files in os.walk(self.folder, followlinks=True):
            # A link to a folder above would be walked for ever.
            seen.add(os.path.realpath(folder))
            folders[:] = sorted(f for f in folders if os.path.realpath(os.path.join(folder, f)) not in seen)
            for file in files:
                found.setdefault(file, []).append(Path(folder, file))
        return found


def open_picture(path: Path) -> Image.Image:
    """The decoded picture, RGB, upright.

    Raises:
        DataError: it cannot be decoded.
    """
    try:
        with Image.open(path) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{path}: cannot be decoded: {error}") from error
