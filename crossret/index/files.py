"""FAISS indexes in files: written whole, opened memory-mapped."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from crossret.atomic import write_atomically
from crossret.errors import DataError
from crossret.index.kinds import Kind, faiss


def write_index(path: Path, index: Any) -> None:
    """Write an index; it appears whole or not at all."""

    def write(file: BinaryIO) -> None:
        faiss().write_index(index, faiss().PyCallbackIOWriter(file.write))

    write_atomically(path, write)


def open_mapped(path: Path, kind: Kind) -> Any:
    """An index whose vectors and lists stay in the file until they are looked at.

    Raises:
        DataError: it is damaged.
    """
    library = faiss()
    # The flag of the codes maps flat codes and graphs; lists of an IVF index have one of their own.
    flag = library.IO_FLAG_MMAP if kind == "ivfpq" else library.IO_FLAG_MMAP_IFC
    with _one_line(path):
        return library.read_index(str(path), flag)


def read_whole(path: Path) -> Any:
    """An index in memory, which can grow.

    Raises:
        DataError: it is damaged.
    """
    with _one_line(path):
        return faiss().read_index(str(path))


@contextlib.contextmanager
def _one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise DataError(f"{path}: not a FAISS index that can be read; build it again with crossret index") from error
