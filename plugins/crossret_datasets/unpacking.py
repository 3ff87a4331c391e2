"""Takes single files out of an archive."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from crossret.errors import DataError, nearest
from crossret_datasets.checksums import write_whole


def unpack(archive: Path, members: Sequence[str]) -> None:
    """Write members of a zip or tar, found by name in whatever folder, beside the archive.

    Raises:
        DataError: the archive is broken or a member is not in it.
    """
    try:
        with _opened(archive) as opened:
            for member in members:
                opened.extract(member, archive.with_name(member))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError) as error:
        raise DataError(f"{archive}: cannot be unpacked: {error}") from error


class _Archive:
    """Members of an archive by the last part of their name."""

    def __init__(self, path: Path, opened: zipfile.ZipFile | tarfile.TarFile) -> None:
        self.path = path
        self.opened = opened
        names = opened.namelist() if isinstance(opened, zipfile.ZipFile) else opened.getnames()
        self.names = {PurePosixPath(name).name: name for name in names}

    def extract(self, member: str, target: Path) -> None:
        if member not in self.names:
            raise DataError(f"{self.path}: no member {member!r}{nearest(member, self.names)}")
        with self._stream(self.names[member]) as stream:
            write_whole(target, lambda file: shutil.copyfileobj(stream, file))

    def _stream(self, name: str) -> IO[bytes]:
        if isinstance(self.opened, zipfile.ZipFile):
            return self.opened.open(name)
        stream = self.opened.extractfile(name)
        if stream is None:
            raise DataError(f"{self.path}: member {name!r} is no file")
        return stream


@contextmanager
def _opened(path: Path) -> Iterator[_Archive]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield _Archive(path, archive)
    else:
        with tarfile.open(path) as tar:
            yield _Archive(path, tar)
