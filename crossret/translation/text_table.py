"""Translations by text, in a file that the ``file`` translator reads."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from crossret.atomic import write_atomically
from crossret.errors import UsageError, nearest
from crossret.translation.parts import Part


class TextRow(NamedTuple):
    """One line of the file."""

    source_lang: str
    target_lang: str
    text: str
    translation: str
    status: str
    unknown: int
    unknown_words: str


@dataclass(frozen=True)
class TextTable:
    """Distinct texts with one translation each.

    Attributes:
        differing: captions whose translation is not the one in the table: a translator that knows captions had answered
            an equal text differently before.
    """

    rows: tuple[TextRow, ...]
    differing: int


def table_of(parts: Iterable[Part]) -> TextTable:
    """The parts' translations in the order of the parts; of different answers to one text the first counts."""
    rows: dict[tuple[str, str, str], TextRow] = {}
    differing = 0
    for part in parts:
        pair = part.route.hops[0].source, part.route.hops[-1].target
        for caption, answer in zip(part.captions, part.answers, strict=True):
            words = " ".join(answer.unknown_words)
            row = TextRow(*pair, caption.text, answer.text, answer.status, answer.unknown, words)
            differing += rows.setdefault((*pair, caption.text), row) != row
    return TextTable(tuple(rows.values()), differing)


def check_format(path: Path) -> None:
    """Whether rows can be written to a file of this name.

    Raises:
        UsageError: its ending is none of a known format.
    """
    suffix = Path(path.name.removesuffix(".gz")).suffix
    if suffix not in _WRITERS:
        raise UsageError(f"{path}: unknown format {suffix!r}, plain or with .gz behind it{nearest(suffix, _WRITERS)}")


def write_rows(path: Path, rows: Sequence[TextRow]) -> None:
    """Write CSV, TSV or JSON lines, gzipped if the name ends in ``.gz``; equal rows give equal bytes.

    Raises:
        UsageError: another format.
        OSError: the file cannot be written.
    """
    check_format(path)
    content = _WRITERS[Path(path.name.removesuffix(".gz")).suffix](rows).encode("utf-8")
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    write_atomically(path, lambda file: file.write(content))


def _separated(rows: Sequence[TextRow], delimiter: str) -> str:
    buffer = io.StringIO()
    # Lines end in CR LF, as RFC 4180 has it: with another end a CR inside a text would not be quoted.
    csv.writer(buffer, delimiter=delimiter).writerows([TextRow._fields, *rows])
    return buffer.getvalue()


def _json_lines(rows: Sequence[TextRow]) -> str:
    return "".join(json.dumps(row._asdict(), ensure_ascii=False) + "\n" for row in rows)


_WRITERS: Final[Mapping[str, Callable[[Sequence[TextRow]], str]]] = {
    ".csv": partial(_separated, delimiter=","),
    ".tsv": partial(_separated, delimiter="\t"),
    ".jsonl": _json_lines,
}
