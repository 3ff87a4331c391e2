"""Whether two machines share a folder: one leaves a mark there, and the other looks for it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

NAME = ".crossret.shared"


@contextlib.contextmanager
def marked(folders: Iterable[Path]) -> Iterator[dict[Path, str]]:
    """Leave a mark in each folder for a while; gives the marks.

    Raises:
        OSError: a folder cannot be written.
    """
    marks = {folder: secrets.token_hex(16) for folder in folders}
    try:
        for folder, mark in marks.items():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / NAME).write_text(mark, encoding="ascii")
        yield marks
    finally:
        for folder in marks:
            (folder / NAME).unlink(missing_ok=True)


def is_shared(folder: Path, mark: str) -> bool:
    """Whether this machine sees the mark.

    What it takes for not shared by mistake, as a network folder may show a change late, is carried to where it is.
    """
    try:
        return (folder / NAME).read_text(encoding="ascii") == mark
    except (OSError, UnicodeDecodeError):
        return False
