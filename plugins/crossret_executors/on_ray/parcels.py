"""Files on their way between machines that share no folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Parcel:
    """Changes of a folder.

    Attributes:
        written: content by path relative to the folder, what was written first coming first.
        removed: paths relative to the folder.
    """

    written: dict[Path, bytes]
    removed: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any change."""
        return bool(self.written or self.removed)


def parcel_of(folder: Path, parts: Iterable[Path]) -> Parcel:
    """All files in some folders below a folder."""
    return Parcel({path.relative_to(folder): path.read_bytes() for part in parts for path in _files(folder / part)})


def unpack(folder: Path, parcel: Parcel) -> None:
    """Write the files, each whole or not at all, then remove what is gone.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    for path, content in parcel.written.items():
        _write(folder / path, content)
    for path in parcel.removed:
        (folder / path).unlink(missing_ok=True)


@dataclass
class Watched:
    """A folder of which somebody else keeps a copy.

    Attributes:
        known: how each file was when it was last the same in both places.
    """

    folder: Path
    known: dict[Path, Stamp] = field(default_factory=dict)

    def receive(self, parcel: Parcel) -> None:
        """Begin with what the other place has."""
        unpack(self.folder, parcel)
        self.known = self._stamps()

    def changes(self) -> Parcel:
        """What was written and removed since the last call."""
        now = self._stamps()
        new = sorted((stamp, path) for path, stamp in now.items() if self.known.get(path) != stamp)
        gone = tuple(self.known.keys() - now.keys())
        self.known = now
        return Parcel({path: (self.folder / path).read_bytes() for _, path in new}, gone)

    def _stamps(self) -> dict[Path, Stamp]:
        found = {}
        for path in _files(self.folder):
            status = path.stat()
            found[path.relative_to(self.folder)] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found


def _files(folder: Path) -> list[Path]:
    """Without those that are being written: their names begin with a dot."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
