"""Tab-separated tables without quoting, plain or gzipped; every complaint names file and line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from crossret.errors import DataError, nearest
from crossret_datasets.text_files import decoded, split_lines


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and the named columns of every row; further columns are kept, too.

    Raises:
        DataError: the file is missing, not UTF-8, lacks a column, or has a row of another length.
    """
    if not path.is_file():
        siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"{path}: no such file{nearest(path.name, siblings)}")
    # An empty file has an empty header.
    lines = split_lines(decoded(path)) or [""]
    header = lines[0].split("\t")
    for column in columns:
        if column not in header:
            raise DataError(f"{path}:1: no column {column!r}{nearest(column, header)}")
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(header):
            raise DataError(f"{path}:{number}: {len(cells)} cells; expected {len(header)}")
        yield number, dict(zip(header, cells, strict=True))
