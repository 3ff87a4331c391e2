"""The zip file that ``torch.save`` writes: one pickle, and one file of numbers per storage."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crossret.errors import DataError
from crossret.interchange.pickle_machine import Plain, RefusedError, StoredTensor, read_pickle

if TYPE_CHECKING:
    from torch import Tensor

MOST_ENTRIES = 20_000
MOST_PICKLE_BYTES = 16 << 20


@dataclass(frozen=True)
class Archive:
    """An open checkpoint; numbers are read when they are asked for.

    Attributes:
        content: what was saved, with :class:`StoredTensor` in the place of tensors.
    """

    path: Path
    content: Plain
    top: str

    def load(self, stored: StoredTensor) -> Tensor:
        """One tensor, on the CPU wherever it was saved.

        Raises:
            DataError: its numbers are missing, too few or damaged.
        """
        import torch

        dtype: torch.dtype = getattr(torch, stored.storage.dtype)
        name = f"{self.top}/data/{stored.storage.key}"
        try:
            with zipfile.ZipFile(self.path) as file:
                content = file.read(name)
        except KeyError as error:
            raise DataError(f"{self.path}: {name} is missing, which holds {stored.storage.count} numbers") from error
        except (OSError, zipfile.BadZipFile, EOFError) as error:
            raise DataError(f"{self.path}: {name} is damaged: {error}") from error
        expected = stored.storage.count * dtype.itemsize
        if len(content) != expected:
            raise DataError(f"{self.path}: {name} has {len(content)} bytes; expected {expected}")
        if not stored.size:
            return torch.empty(stored.shape, dtype=dtype)
        start = stored.start * dtype.itemsize
        return torch.frombuffer(bytearray(content), dtype=dtype, count=stored.size, offset=start).reshape(stored.shape)


def open_archive(path: Path) -> Archive:
    """Read the pickle of a checkpoint as plain data.

    Raises:
        DataError: no checkpoint of torch 1.6 or later, damaged, larger unpacked than packed, or its pickle holds
            more than plain data and tensors.
    """
    try:
        with zipfile.ZipFile(path) as file:
            top = _checked(path, file)
            if top is None:
                raise DataError(f"{path}: no data.pkl inside; expected a file that torch.save wrote")
            content = file.read(f"{top}/data.pkl")
            order = f"{top}/byteorder"
            if order in file.namelist() and file.read(order).strip() != b"little":
                raise DataError(f"{path}: written on a big-endian machine, which is not supported")
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DataError(
            f"{path}: not a whole zip file as torch 1.6 and later writes it ({error}); download it again"
        ) from error
    try:
        return Archive(path, read_pickle(content), top)
    except RefusedError as error:
        raise DataError(f"{path}: data.pkl is refused: {error}") from error


def _checked(path: Path, file: zipfile.ZipFile) -> str | None:
    """The top folder; torch stores without compression, so an archive cannot be larger unpacked than it is."""
    entries = file.infolist()
    if len(entries) > MOST_ENTRIES:
        raise DataError(f"{path}: {len(entries)} files inside; expected at most {MOST_ENTRIES}")
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise DataError(f"{path}: a file stands twice inside: {next(n for n in names if names.count(n) > 1)!r}")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise DataError(f"{path}: {entry.filename} is compressed; torch stores without compression")
    if sum(entry.file_size for entry in entries) > path.stat().st_size:
        raise DataError(f"{path}: its files overlap; torch writes one after another")
    pickles = [entry for entry in entries if entry.filename.count("/") == 1 and entry.filename.endswith("/data.pkl")]
    if len(pickles) != 1:
        return None
    if pickles[0].file_size > MOST_PICKLE_BYTES:
        raise DataError(f"{path}: data.pkl has {pickles[0].file_size} bytes; expected at most {MOST_PICKLE_BYTES}")
    return pickles[0].filename.partition("/")[0]
