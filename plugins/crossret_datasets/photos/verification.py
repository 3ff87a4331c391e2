"""Checking the folder against its own list of checksums."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crossret.contracts.data import Problem
from crossret.errors import DataError
from crossret_datasets.checksums import difference
from crossret_datasets.photos.layout import CHECKSUMS


def read_checksums(root: Path) -> dict[str, str]:
    """SHA-256 by file name.

    Raises:
        DataError: the list is missing or malformed.
    """
    path = root / CHECKSUMS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}; expected the list of checksums that comes with the data") from error
    sums: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name:
            raise DataError(f"{path}:{number}: {line[:80]!r}; expected a SHA-256, two spaces and a file name")
        sums[name] = digest
    return sums


def verify(root: Path) -> Iterator[Problem]:
    """Every file that is missing or differs."""
    try:
        sums = read_checksums(root)
    except DataError as error:
        yield Problem(CHECKSUMS, str(error))
        return
    for name, expected in sums.items():
        try:
            differs = difference(root / name, f"sha256:{expected}")
        except OSError as error:
            yield Problem(name, f"found no readable file ({error.strerror})")
            continue
        if differs:
            yield Problem(name, differs)
