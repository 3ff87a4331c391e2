"""Text files as the published loaders read them: UTF-8, lines that end with LF, CR or CR LF only."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from crossret.errors import DataError
from crossret_datasets.text_files import decoded

SUFFIXES = (".jpg", ".mp4")


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines without their ends; U+2028 and its like do not end a line.

    Raises:
        DataError: the file cannot be read or is no UTF-8.
    """
    for number, line in enumerate(io.StringIO(decoded(path), newline=None), start=1):
        yield number, line.rstrip("\n")


def read_ids(path: Path) -> tuple[str, ...]:
    """Ids of visual items, one a line, in the file's order, without ``.jpg`` or ``.mp4``.

    Raises:
        DataError: a line is empty, or an id stands there twice.
    """
    seen: dict[str, int] = {}
    for number, line in read_lines(path):
        identifier = visual_id(line.strip())
        if not identifier:
            raise DataError(f"{path}:{number}: found an empty line; expected an id")
        if identifier in seen:
            raise DataError(f"{path}:{number}: id {identifier!r} stands already on line {seen[identifier]}")
        seen[identifier] = number
    return tuple(seen)


def visual_id(name: str) -> str:
    """A file name or id → the id: a trailing ``.jpg`` or ``.mp4`` is cut."""
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def first_file(folder: Path, names: Iterable[str]) -> Path:
    """The first of the names that is a file.

    Raises:
        DataError: none is; the line lists what was tried.
    """
    tried = tuple(dict.fromkeys(names))
    for name in tried:
        if (folder / name).is_file():
            return folder / name
    shown = ", ".join(tried[:6]) + (", …" if len(tried) > 6 else "")
    raise DataError(f"{folder}: no file {shown}" if len(tried) == 1 else f"{folder}: none of the files {shown}")
