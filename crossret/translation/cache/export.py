"""Answers of the cache as a file that the ``file`` translator reads, with their provenance beside it."""

from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from crossret import __version__
from crossret.atomic import write_atomically, write_text
from crossret.errors import UsageError
from crossret.translation.cache.contents import HopContents
from crossret.translation.provenance import provenance_file
from crossret.translation.text_table import TextRow, check_format, write_rows

ANSWERS = "SELECT asked, text, status, score, unknown, words, key FROM answer WHERE hop = ? AND n = 0 ORDER BY asked"
ALTERNATIVES = "SELECT key, text, score FROM answer WHERE hop = ? AND n > 0 ORDER BY key, n"


def export(connection: sqlite3.Connection, hops: Sequence[HopContents], path: Path, command: str) -> int:
    """Write the answers of hops, and what made them.

    CSV and TSV have what training reads; JSON lines have scores, alternatives and the hop's name, too.

    Args:
        connection: of the cache.
        hops: at most one of each pair of languages.
        path: ``.csv``, ``.tsv`` or ``.jsonl``, plain or with ``.gz`` behind it.
        command: the command line, for the provenance.

    Returns:
        How many texts there are.

    Raises:
        UsageError: another format, or two hops of one pair, which may disagree.
        OSError: the file cannot be written.
    """
    check_format(path)
    _check_pairs(hops)
    if path.name.removesuffix(".gz").endswith(".jsonl"):
        rows = _write_lines(path, [record for found in hops for record in _records(connection, found)])
    else:
        table = [row for found in hops for row, *_ in _answers(connection, found)]
        write_rows(path, table)
        rows = len(table)
    document = json.dumps(_provenance(hops, path, rows, command), ensure_ascii=False, indent=1)
    write_text(provenance_file(path), document + "\n")
    return rows


def _write_lines(path: Path, records: Sequence[dict[str, object]]) -> int:
    content = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
    packed = gzip.compress(content, mtime=0) if path.suffix == ".gz" else content
    write_atomically(path, lambda file: file.write(packed))
    return len(records)


def _check_pairs(hops: Sequence[HopContents]) -> None:
    if not hops:
        raise UsageError("the cache has no such hop: nothing to export; 'crossret translate cache stats' lists them")
    pairs: dict[tuple[str, str], HopContents] = {}
    for found in hops:
        first = pairs.setdefault((found.hop.source, found.hop.target), found)
        if first is not found:
            raise UsageError(
                f"{found.hop.source} → {found.hop.target} is there twice, as hop {first.name} ({first.hop.engine}) and "
                f"hop {found.name} ({found.hop.engine}), and they may disagree; choose with --hop or --engine"
            )


def _answers(connection: sqlite3.Connection, found: HopContents) -> Iterator[tuple[TextRow, float | None, bytes]]:
    pair = found.hop.source, found.hop.target
    for asked, text, status, score, unknown, words, key in connection.execute(ANSWERS, (found.number,)):
        yield TextRow(*pair, asked, text, status, unknown, " ".join(json.loads(words))), score, key


def _records(connection: sqlite3.Connection, found: HopContents) -> Iterator[dict[str, object]]:
    further: dict[bytes, list[list[object]]] = {}
    for key, text, score in connection.execute(ALTERNATIVES, (found.number,)):
        further.setdefault(key, []).append([text, score])
    for row, score, key in _answers(connection, found):
        yield {**row._asdict(), "score": score, "alternatives": further.get(key, []), "hop": found.name}


def _provenance(hops: Sequence[HopContents], path: Path, rows: int, command: str) -> dict[str, object]:
    return {
        "format": "crossret translations 1",
        "sample_creation": "machine-translated",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "command": command,
        "versions": {"crossret": __version__},
        "hops": [
            {
                "name": found.name,
                "fingerprint": found.fingerprint,
                "translator": found.recipe.model_dump(mode="json"),
                "texts": found.texts,
                "failed": found.failed,
                **found.provenance,
            }
            for found in hops
        ],
        "file": {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "rows": rows},
    }
