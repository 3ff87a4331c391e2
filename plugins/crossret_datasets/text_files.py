"""Reads the text files below a folder; every failure names the file, the line, what was found and what to do."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossret.errors import DataError

DELIMITERS = {".csv": ",", ".tsv": "\t"}


class MissingFileError(DataError):
    """A text file is not there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: its number from 1 and its content."""

    where: str
    text: str


@dataclass(frozen=True)
class TextFiles:
    """The text files below a folder.

    Attributes:
        remedy: how to get a file that is missing; the end of an error line.
    """

    root: Path
    remedy: str

    def path(self, name: str) -> Path:
        """Where a file lies; a gzipped one may also lie there unpacked.

        Raises:
            MissingFileError: it is not there; the line says which names were tried.
        """
        tried = (name, name.removesuffix(".gz")) if name.endswith(".gz") else (name,)
        found = next((self.root / one for one in tried if (self.root / one).is_file()), None)
        if found is None:
            also = f" (nor is there {Path(tried[1]).name})" if len(tried) > 1 else ""
            raise MissingFileError(f"{self.root / name}: no such file{also}; {self.remedy}")
        return found

    def lines(self, name: str) -> list[Line]:
        """The lines of a file without their ends; the last one may lack its end."""
        path = self.path(name)
        return [Line(f"{path}:{number}", text) for number, text in enumerate(split_lines(decoded(path)), start=1)]

    def texts(self, name: str) -> list[Line]:
        """The lines of a file, each of which must say something."""
        lines = self.lines(name)
        for line in lines:
            if not line.text.strip():
                raise DataError(f"{line.where}: found an empty line; expected a text")
        return lines

    def objects(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The objects of a JSONL file, each with its place."""
        yield from json_objects(self.path(name))

    def document(self, name: str) -> Any:
        """The content of a JSON file."""
        path = self.path(name)
        try:
            return json.loads(decoded(path))
        except json.JSONDecodeError as error:
            raise DataError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error


def unique(lines: list[Line]) -> list[Line]:
    """The lines of a list of ids, each of which must stand there once.

    Raises:
        DataError: one is there twice.
    """
    seen: dict[str, Line] = {}
    for line in lines:
        first = seen.setdefault(line.text.strip(), line)
        if first is not line:
            raise DataError(f"{line.where}: found {line.text.strip()!r} again, as at {first.where}; expected it once")
    return lines


def split_lines(text: str) -> list[str]:
    """Split at newlines only: captions may hold other characters that Unicode calls line ends."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def decoded(path: Path) -> str:
    """A file's text, unzipped if its name ends in ``.gz``.

    Raises:
        DataError: it cannot be read or is no UTF-8; the line says where.
    """
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    # Its characters may happen to be valid UTF-8.
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise DataError(f"{path}:1: found UTF-16; expected UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}:{line}: found byte {content[error.start]:#04x}; expected UTF-8 (Latin-1?)") from error


def json_objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSONL file, each with its place.

    Raises:
        DataError: a line is no JSON object.
    """
    for number, text in enumerate(split_lines(decoded(path)), start=1):
        if not text.strip():
            continue
        try:
            found = json.loads(text)
        except json.JSONDecodeError as error:
            raise DataError(f"{path}:{number}: not JSON: {error.msg} (column {error.colno})") from error
        if not isinstance(found, dict):
            raise DataError(f"{path}:{number}: found a JSON {type(found).__name__}; expected an object")
        yield f"{path}:{number}", found


def table_rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The rows of a CSV or TSV file, each with its place; empty lines are passed over.

    Raises:
        DataError: a row is malformed.
    """
    reader = csv.reader(io.StringIO(decoded(path), newline=""), delimiter=DELIMITERS[path.suffix], strict=True)
    try:
        for row in reader:
            if row:
                yield f"{path}:{reader.line_num}", row
    except csv.Error as error:
        raise DataError(
            f"{path}:{reader.line_num}: malformed row: {error}; a cell with quotation marks is written as "
            'spreadsheets do: "say ""hello"""'
        ) from error
