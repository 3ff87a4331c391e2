"""Hashes of files: those known beforehand, and those of what came first."""

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


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_hashes(facts: Facts, root: Path) -> dict[str, str]:
    """Hash by file: pinned ones, and those of what was fetched before.

    Raises:
        DataError: the record of what was fetched is malformed.
    """
    pinned = {one.path: one.sha256 for one in facts.downloads if one.sha256 is not None}
    return {**read_lock(root), **pinned}


def read_lock(root: Path) -> dict[str, str]:
    """What was fetched into a folder: hash by file.

    Raises:
        DataError: it is malformed.
    """
    path = root / LOCK
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {error}; expected the hashes of fetched files") from error
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise DataError(f"{path}: found something else; expected a mapping of files to their SHA-256")
    found: dict[str, str] = content
    return found


def write_lock(root: Path, hashes: Mapping[str, str]) -> None:
    """Remember hashes."""
    content = json.dumps(dict(sorted(hashes.items())), indent=2).encode()
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
