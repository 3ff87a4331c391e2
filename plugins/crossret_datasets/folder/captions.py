"""The table of captions: CSV, TSV or JSONL with the columns ``item``, ``lang``, ``text`` and perhaps ``split``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crossret.errors import DataError, nearest
from crossret_datasets.text_files import DELIMITERS, json_objects, table_rows
from crossret_datasets.texts import stripped

REQUIRED: Final = ("item", "lang", "text")
SPLIT: Final = "split"
SPLITS: Final = ("train", "val", "test")
SUFFIXES: Final = (*DELIMITERS, ".jsonl")
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Row:
    """One caption; ``split`` is empty if the table has no such column."""

    where: str
    item: str
    lang: str
    text: str
    split: str


def read_captions(path: Path) -> list[Row]:
    """All rows in their order.

    Raises:
        DataError: the table is of another format, a row is malformed, or an item is in two splits.
    """
    if path.suffix not in SUFFIXES:
        raise DataError(f"{path}: unknown format {path.suffix!r}{nearest(path.suffix, SUFFIXES)}")
    rows = [_row(where, cells) for where, cells in _cells(path)]
    if not rows:
        raise DataError(f"{path}: found no caption; expected at least one row below the header")
    _check_splits(rows)
    return rows


def _cells(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if path.suffix == ".jsonl":
        for where, found in json_objects(path):
            _check_columns(where, list(found))
            yield where, found
        return
    rows = table_rows(path)
    where, header = next(rows, (f"{path}:1", []))
    _check_columns(where, header)
    for where, row in rows:
        if len(row) != len(header):
            raise DataError(f"{where}: found {len(row)} cells; expected {len(header)}: {', '.join(header)}")
        yield where, dict(zip(header, row, strict=True))


def _check_columns(where: str, found: list[str]) -> None:
    for name in REQUIRED:
        if name not in found:
            raise DataError(f"{where}: no column {name!r}{nearest(name, found)}")
    for name in found:
        if name not in (*REQUIRED, SPLIT):
            raise DataError(f"{where}: unknown column {name!r}{nearest(name, (*REQUIRED, SPLIT))}")


def _row(where: str, cells: Mapping[str, Any]) -> Row:
    item, lang, split = (cells.get(name, "") for name in ("item", "lang", SPLIT))
    if not isinstance(item, str) or not item or item != item.strip():
        raise DataError(f"{where}: item is {item!r}; expected the name of a file below the folder of pictures")
    if not isinstance(lang, str) or not LANGUAGE.fullmatch(lang):
        raise DataError(f"{where}: lang is {lang!r}; expected a BCP-47 code such as en or pt-BR")
    if SPLIT in cells and split not in SPLITS:
        raise DataError(f"{where}: unknown split {split!r}{nearest(str(split), SPLITS)}")
    return Row(where, item, lang, stripped(where, cells["text"]), split)


def _check_splits(rows: list[Row]) -> None:
    first: dict[str, Row] = {}
    for row in rows:
        before = first.setdefault(row.item, row)
        if bool(before.split) != bool(row.split):
            raise DataError(f"{row.where}: found {'a' if row.split else 'no'} split, unlike {before.where}")
        if before.split != row.split:
            raise DataError(
                f"{row.where}: {row.item!r} is in split {row.split!r}; {before.where} says {before.split!r}"
            )
