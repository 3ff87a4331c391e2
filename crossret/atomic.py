"""Files appear whole or not at all: written under a temporary name, flushed to disk, renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Call ``write`` with a binary file in ``path``'s folder, then rename it to ``path``.

    Raises:
        OSError: the disk is full or the folder cannot be written, naming ``path``, which is then as it was before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not by tempfile: its files can be read by their owner only, and results are shared.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and error.filename is None:
            error.filename = str(path)
        raise


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    write_atomically(path, lambda file: file.write(text.encode("utf-8")))
