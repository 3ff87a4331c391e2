"""Published rows on disk: a file beside the records of a suite, so that it goes where they go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from crossret.atomic import write_text
from crossret.errors import DataError
from crossret.recipe.models import Strict
from crossret.recipe.published import PublishedRow
from crossret.results.run_files import PUBLISHED, RECORDS, published_files, safe_name


class _Content(Strict):
    schema_version: Literal[1] = 1
    suite: str
    rows: tuple[PublishedRow, ...]


def write_published(root: Path, suite: str, rows: Sequence[PublishedRow]) -> None:
    """Write a suite's rows beside its records; without rows no file is left.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    path = root / RECORDS / safe_name(suite) / PUBLISHED
    if not rows:
        path.unlink(missing_ok=True)
        return
    content = _Content(suite=suite, rows=tuple(rows))
    write_text(path, content.model_dump_json(indent=1, exclude_none=True) + "\n")


def read_published(paths: Sequence[Path], suites: Collection[str]) -> tuple[PublishedRow, ...]:
    """The rows that lie beside the records at the paths, of these suites; the same row of several files once.

    Raises:
        DataError: a file is damaged or of another schema version.
    """
    found = [row for path in published_files(paths) if (content := _read(path)).suite in suites for row in content.rows]
    return tuple(row for number, row in enumerate(found) if row not in found[:number])


def _read(path: Path) -> _Content:
    try:
        return _Content.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: not readable ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{path}: no published rows: {where}{': ' if where else ''}{first['msg']}") from error
