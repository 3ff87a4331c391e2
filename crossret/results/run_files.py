"""Which files of a run folder are records, and which hold published rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from crossret.errors import DataError

RECORDS = "records"
PUBLISHED = "published.json"


def record_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Files of records in run folders, in folders that hold run folders, in folders of records, and single files.

    Raises:
        DataError: nothing found at a path.
    """
    return tuple(dict.fromkeys(file for path in paths for file in _records_at(path)))


def published_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Files of published rows at the same places; there need be none."""
    return tuple(dict.fromkeys(file for path in paths for file in sorted(_json_files(path)) if file.name == PUBLISHED))


def safe_name(name: str) -> str:
    """A name that a file or folder may have: it cannot lead elsewhere."""
    return re.sub(r"[^\w.+-]", "_", name).lstrip(".")[:80] or "_"


def _records_at(path: Path) -> list[Path]:
    if not path.exists():
        raise DataError(f"{path}: no such file or folder; expected a run folder or records (*.json)")
    files = sorted(file for file in _json_files(path) if file.name != PUBLISHED)
    if not files and path.is_dir():
        raise DataError(f"{path}: no records here; looked for {RECORDS}/<suite>/*.json and *.json")
    return files


def _json_files(path: Path) -> Iterator[Path]:
    """Only what lies under a ``records`` folder if there is one: a run folder holds other JSON files, too."""
    if path.is_file():
        yield path
        return
    if (path / RECORDS).is_dir():
        yield from (path / RECORDS).rglob("*.json")
        return
    inner = [found for found in path.rglob(RECORDS) if found.is_dir()]
    for root in inner or [path]:
        yield from root.rglob("*.json")
