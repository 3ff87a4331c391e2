"""Checksums of files: those known beforehand, and those of what came first."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from crossret.errors import DataError
from crossret_datasets.facts import Facts

LOCK: Final = "FETCHED.json"


def checksum_of(path: Path, algorithm: str = "sha256") -> str:
    """The hash of a file's bytes, ``algorithm:hexadecimal``."""
    with path.open("rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def difference(path: Path, expected: str) -> str:
    """How a file differs from its checksum; empty if it does not."""
    found = checksum_of(path, expected.partition(":")[0])
    return "" if found == expected else f"found {found[:23]}…; expected {expected[:23]}…"


def known_checksums(facts: Facts, root: Path) -> dict[str, str]:
    """Checksum by file: published ones, and those of what was fetched before.

    Raises:
        DataError: the record of what was fetched is malformed.
    """
    pinned = {one.path: one.checksum for one in facts.downloads if one.checksum is not None}
    return {**read_lock(root), **pinned}


def read_lock(root: Path) -> dict[str, str]:
    """What was fetched into a folder: checksum by file.

    Raises:
        DataError: it is malformed.
    """
    path = root / LOCK
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {error}; expected the checksums of fetched files") from error
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise DataError(f"{path}: found something else; expected a mapping of files to their checksums")
    found: dict[str, str] = content
    return found


def write_lock(root: Path, checksums: Mapping[str, str]) -> None:
    """Remember checksums."""
    content = json.dumps(dict(sorted(checksums.items())), indent=2).encode()
    write_whole(root / LOCK, lambda file: file.write(content))


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file that appears whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            write(file)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
