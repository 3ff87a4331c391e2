"""Reading the CSV tables of the data folder."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

from crossret.errors import DataError


def read_table(root: Path, name: str, columns: Sequence[str]) -> list[list[str]]:
    """The rows of one table below ``root``, without the header row.

    Raises:
        DataError: the file is missing, cannot be decoded, or has other columns.
    """
    rows = _parse(root, name)
    header = rows.pop(0) if rows else []
    if header != list(columns):
        raise DataError(f"{name}, line 1: found columns {','.join(header)}; expected {','.join(columns)}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise DataError(f"{name}, row {number}: found {len(row)} cells; expected {len(columns)}")
    return rows


def _parse(root: Path, name: str) -> list[list[str]]:
    path = root / name
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("utf-8")
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except FileNotFoundError:
        raise DataError(f"{name}: missing in {root}; expected a table") from None
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{name}: cannot be read ({error}); expected UTF-8 CSV") from error
