"""Reads the rows of a translation file with their line numbers: CSV, TSV or JSONL, plain or gzipped."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from crossret.errors import DataError, nearest

REQUIRED = ("source_lang", "target_lang", "text", "translation")
OPTIONAL = ("status", "unknown", "unknown_words")


class Row(NamedTuple):
    """One record as the file has it; ``status`` and what follows are empty if the file does not tell."""

    line: int
    source: str
    target: str
    text: str
    translation: str
    status: str
    unknown: str
    unknown_words: str


def read_rows(path: Path) -> Iterator[Row]:
    """All rows of a file, in its order.

    Raises:
        DataError: the file is missing, of another format, no UTF-8, or a row is malformed; the line says where.
    """
    name = path.name.removesuffix(".gz")
    suffix = Path(name).suffix
    reader = _READERS.get(suffix)
    if reader is None:
        raise DataError(f"{path}: unknown format {suffix!r}, plain or gzipped{nearest(suffix, _READERS)}")
    return reader(path, _decoded(path))


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}:{line}: byte {content[error.start]:#04x} is not UTF-8") from error


def _separated(path: Path, text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header: list[str] = next(reader, [])
        _check_columns(f"{path}:1", header)
        # An absent column reads the empty cell that is appended to every row.
        places = [header.index(name) if name in header else len(header) for name in (*REQUIRED, *OPTIONAL)]
        for row in reader:
            if len(row) != len(header):
                if not row:
                    continue
                raise DataError(f"{path}:{reader.line_num}: {len(row)} columns; expected {len(header)}")
            row.append("")
            yield Row(reader.line_num, *(row[place] for place in places))
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: malformed row: {error}") from error


def _json_lines(path: Path, text: str) -> Iterator[Row]:
    # Not splitlines(): JSON strings may hold other line separators than the newline.
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            record = json.loads(content)
        except json.JSONDecodeError as error:
            raise DataError(f"{path}:{line}: not JSON: {error}") from error
        if not isinstance(record, dict):
            raise DataError(f"{path}:{line}: found a JSON {type(record).__name__}; expected an object")
        _check_columns(f"{path}:{line}", list(record))
        yield Row(line, *(_cell(path, line, record, name) for name in (*REQUIRED, *OPTIONAL)))


def _cell(path: Path, line: int, record: dict[str, object], name: str) -> str:
    value = record.get(name, "")
    if not isinstance(value, str | int):
        raise DataError(f"{path}:{line}: {name} is {value!r}; expected a string")
    return str(value)


def _check_columns(where: str, found: list[str]) -> None:
    for name in REQUIRED:
        if name not in found:
            raise DataError(f"{where}: no column {name!r}{nearest(name, found)}")


_READERS: Final[dict[str, Callable[[Path, str], Iterator[Row]]]] = {
    ".csv": partial(_separated, delimiter=","),
    ".tsv": partial(_separated, delimiter="\t"),
    ".jsonl": _json_lines,
}
FORMATS: Final = tuple(_READERS)
