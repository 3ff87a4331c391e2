"""The files behind a path of recorded translations: one, or those of a folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from crossret.errors import DataError, nearest
from crossret_translators.rows import FORMATS

Stamp = tuple[tuple[str, int, int], ...]

ENDINGS: Final = tuple(f"{suffix}{packed}" for suffix in FORMATS for packed in ("", ".gz"))


def stamp_of(path: Path) -> Stamp:
    """Names, sizes and times of the files, in the order in which they are read.

    Raises:
        DataError: there is no such path, or the folder holds no file of translations.
    """
    if not path.is_dir():
        return (_stamp(path),)
    names = sorted(name for name in os.listdir(path) if name.endswith(ENDINGS) and not name.startswith("."))
    if not names:
        raise DataError(
            f"{path}: this folder holds no file of translations; expected {', '.join(FORMATS)}, or with .gz"
        )
    return tuple(_stamp(path / name) for name in names)


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = os.stat(path)
    except OSError as error:
        folder = path.parent
        siblings = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        raise DataError(f"{path}: {error.strerror}{nearest(path.name, siblings)}") from error
    return str(path), status.st_size, status.st_mtime_ns


def digest_of(stamp: Stamp) -> str:
    """Hash of the content of one file, or of the contents of all."""
    digests = [_digest(name) for name, _, _ in stamp]
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()[:16]


def _digest(name: str) -> str:
    with open(name, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
