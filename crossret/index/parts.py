"""Embedded shards on disk: a matrix, the ids of its rows, and what it was made of, written last."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from crossret.atomic import write_text
from crossret.errors import DataError

NAMED = 5


class Part(BaseModel):
    """One embedded shard.

    Attributes:
        key: of its content, the model and the precision; names its files.
        shard: name of the shard.
        signature: of the shard when it was read; the same one need not be read again.
        content: hash of the shard.
        model: fingerprint of the model.
        count: rows.
        skipped: how many items could not be read.
        examples: the first of them, with the reason.
        bytes: sizes of the two files.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    shard: str
    signature: str
    content: str
    model: str
    count: int
    skipped: int
    examples: dict[str, str]
    bytes: tuple[int, int]


def rows_file(folder: Path, key: str) -> Path:
    """The matrix."""
    return folder / f"{key}.npy"


def ids_file(folder: Path, key: str) -> Path:
    """UTF-8 ids, in arrays of bytes that can be memory-mapped."""
    return folder / f"{key}.ids.npy"


def facts_file(folder: Path, key: str) -> Path:
    """Its presence says that the others are whole."""
    return folder / f"{key}.json"


def write_facts(folder: Path, part: Part) -> None:
    """The part is finished."""
    write_text(facts_file(folder, part.key), part.model_dump_json(indent=1) + "\n")


def finished_parts(folder: Path) -> dict[str, Part]:
    """Parts that are whole, by key; of a damaged one nothing is known, so that it is made again."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            part = Part.model_validate_json(path.read_bytes())
            check_files(folder, part)
        except (ValidationError, DataError):
            continue
        found[part.key] = part
    return found


def check_files(folder: Path, part: Part) -> None:
    """Make sure that the files are there and as long as they were.

    Raises:
        DataError: they are not.
    """
    for path, size in zip((rows_file(folder, part.key), ids_file(folder, part.key)), part.bytes, strict=True):
        check_size(path, size)


def check_size(path: Path, size: int) -> None:
    """Make sure that a file is there and whole.

    Raises:
        DataError: it is not.
    """
    if not path.is_file():
        raise DataError(f"{path}: missing; the same crossret index command makes it again")
    found = path.stat().st_size
    if found != size:
        raise DataError(f"{path}: {found:,} bytes, expected {size:,}; the same crossret index command makes it again")


def mapped(path: Path) -> np.ndarray:
    """An array, memory-mapped.

    Raises:
        DataError: it is damaged.
    """
    try:
        found: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path}: cannot be read as an array ({error})") from error
    return found
