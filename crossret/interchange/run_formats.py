"""Runs and relevance judgements as files: of trec_eval (text) and of ranx (JSON)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from crossret.atomic import write_text
from crossret.errors import DataError
from crossret.interchange.runs import Judged, Qrels, Run

Value = TypeVar("Value", float, int)

JSON: Final = ".json"
SYSTEM: Final = "crossret"


def write_trec(stem: Path, judged: Judged) -> tuple[Path, Path]:
    """Write ``stem.run`` (query, Q0, document, rank, score, system) and ``stem.qrels`` (query, 0, document, relevance).

    The format has no blanks inside ids: these, and ``%``, are written as in URLs (``%20``).
    """
    run = [
        f"{_word(query)} Q0 {_word(document)} {rank} {score:.9g} {SYSTEM}\n"
        for query, found in judged.run.items()
        for rank, (document, score) in enumerate(found.items(), start=1)
    ]
    qrels = [
        f"{_word(query)} 0 {_word(document)} {relevance}\n"
        for query, found in judged.qrels.items()
        for document, relevance in found.items()
    ]
    files = _beside(stem, ".run"), _beside(stem, ".qrels")
    for file, lines in zip(files, (run, qrels), strict=True):
        write_text(file, "".join(lines))
    return files


def write_ranx(stem: Path, judged: Judged) -> tuple[Path, Path]:
    """Write ``stem.run.json`` and ``stem.qrels.json``: query → document → score or relevance."""
    files = _beside(stem, f".run{JSON}"), _beside(stem, f".qrels{JSON}")
    for file, content in zip(files, (judged.run, judged.qrels), strict=True):
        write_text(file, json.dumps(content, ensure_ascii=False) + "\n")
    return files


WRITERS: Final[Mapping[str, Callable[[Path, Judged], tuple[Path, Path]]]] = MappingProxyType(
    {"trec": write_trec, "ranx": write_ranx}
)


def read_run(path: Path) -> Run:
    """A run, documents best first; of equal scores the one that stands first.

    A file that ends in ``.json`` is one of ranx, any other one of trec_eval, whose column of ranks says nothing.

    Raises:
        DataError: the file is missing, empty or malformed; the line is named.
    """
    found = _read_json(path, float) if path.suffix == JSON else _read_columns(path, (0, 2, 4), 6, float)
    return {query: dict(sorted(of.items(), key=lambda pair: -pair[1])) for query, of in found.items()}


def read_qrels(path: Path) -> Qrels:
    """Relevance judgements, in the formats of :func:`read_run`.

    Raises:
        DataError: as there.
    """
    return _read_json(path, int) if path.suffix == JSON else _read_columns(path, (0, 2, 3), 4, int)


def _beside(stem: Path, ending: str) -> Path:
    return stem.with_name(stem.name + ending)


def _word(name: str) -> str:
    return re.sub(r"[\s%]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)


def _text_of(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not readable ({error})") from error
    if not text.strip():
        raise DataError(f"{path}: empty; expected at least one line")
    return text


def _read_columns(
    path: Path, places: tuple[int, int, int], count: int, number: Callable[[str], Value]
) -> dict[str, dict[str, Value]]:
    found: dict[str, dict[str, Value]] = {}
    for line, content in enumerate(_text_of(path).splitlines(), start=1):
        words = content.split()
        if not words:
            continue
        if len(words) != count:
            raise DataError(f"{path}:{line}: found {len(words)} columns, expected {count}: {content[:80]!r}")
        query, document, value = (words[place] for place in places)
        _add(found.setdefault(query, {}), document, _number(value, number, f"{path}:{line}"), f"{path}:{line}", query)
    return found


def _add(found: dict[str, Value], document: str, value: Value, where: str, query: str) -> None:
    if document in found:
        raise DataError(f"{where}: document {document!r} of query {query!r} stands there twice")
    found[document] = value


def _read_json(path: Path, number: Callable[[str], Value]) -> dict[str, dict[str, Value]]:
    text = _text_of(path)
    try:
        content = json.loads(text)
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error})") from error
    if not isinstance(content, dict) or not all(isinstance(found, dict) for found in content.values()):
        raise DataError(f"{path}: expected an object of queries, each an object of documents with their numbers")
    return {
        query: {document: _number(value, number, f"{path}: query {query!r}") for document, value in found.items()}
        for query, found in content.items()
    }


def _number(value: object, number: Callable[[str], Value], where: str) -> Value:
    try:
        found = number(str(value))
    except ValueError:
        found = None
    if found is None or not math.isfinite(found):
        kind = "a whole number" if number is int else "a finite number"
        raise DataError(f"{where}: found {value!r}, expected {kind}")
    return found
