"""Records on disk: one JSON file per unit with its ranks beside it, written the moment the unit is done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from crossret.atomic import write_atomically, write_text
from crossret.errors import DataError
from crossret.results.ranks_file import RanksByGallery, read_ranks, to_arrays
from crossret.results.record import SCHEMA_VERSION, Record, UnitId
from crossret.results.run_files import RECORDS, record_files, safe_name


@dataclass(frozen=True, slots=True)
class Stored:
    """A record and the file it was read from."""

    record: Record
    path: Path

    def ranks(self) -> RanksByGallery:
        """The per-query ranks beside the record.

        Raises:
            DataError: the file is missing or damaged.
        """
        return read_ranks(self.path.with_name(self.record.ranks_file))

    @property
    def finished(self) -> datetime:
        """When it was finished; without an offset it is taken as UTC, so that records of many machines compare."""
        instant = datetime.fromisoformat(self.record.finished)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Store:
    """The records of a run folder: ``root/records/<suite>/<method>--<language>--seed<n>--<key>.json``."""

    root: Path

    def write(self, record: Record, ranks: RanksByGallery) -> Path:
        """Write the ranks, then the record, so that a record is never without its ranks.

        ``ranks_file`` of the written record names the file of ranks, whatever it was before.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        path = self.path_of(record.suite, record.unit, record.key)
        arrays = _without_objects(to_arrays(ranks))
        write_atomically(path.with_suffix(".npz"), lambda file: np.savez_compressed(file, **arrays))  # type: ignore[arg-type]
        named = record.model_copy(update={"ranks_file": path.with_suffix(".npz").name})
        write_text(path, named.model_dump_json(indent=1) + "\n")
        return path

    def path_of(self, suite: str, unit: UnitId, key: str) -> Path:
        """Where the record of a unit lies, if it is done; unique by the key."""
        stem = f"{safe_name(unit.method)}--{safe_name(unit.language)}--seed{unit.seed}--{key[:10]}"
        return self.root / RECORDS / safe_name(suite) / f"{stem}.json"

    def done(self) -> dict[str, Path]:
        """Keys of the units that need not run again.

        A file that is damaged, of another schema version or without its ranks does not count: its unit runs again.
        """
        return {key: path for path in self._files() if (key := _key_if_done(path)) is not None}

    def remove(self, keys: Iterable[str]) -> None:
        """Forget the units of these keys; unknown keys are ignored."""
        wanted = set(keys)
        for key, path in self.done().items():
            if key in wanted:
                path.unlink()
                path.with_suffix(".npz").unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted((self.root / RECORDS).glob("*/*.json"))


def read_all(paths: Sequence[Path]) -> list[Stored]:
    """Read records from run folders, folders that hold run folders, folders of records and single files.

    Where two files have the same key, the one that finished last is kept.

    Raises:
        DataError: nothing found at a path, a damaged record, or one of another schema version.
    """
    newest: dict[str, Stored] = {}
    for file in record_files(paths):
        stored = _read(file)
        kept = newest.get(stored.record.key)
        if kept is None or _age(stored) > _age(kept):
            newest[stored.record.key] = stored
    return sorted(newest.values(), key=lambda s: (str(s.record.unit), s.record.key))


def _read(file: Path) -> Stored:
    """Check the version before the fields: of another version, the fields say nothing."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{file}: not a readable record ({error})") from error
    version = content.get("schema_version") if isinstance(content, dict) else None
    if version is None:
        raise DataError(f"{file}: not a record (no schema_version)")
    if version != SCHEMA_VERSION:
        raise DataError(f"{file}: record of schema version {version}; this crossret reads version {SCHEMA_VERSION}")
    try:
        stored = Stored(Record.model_validate(content), file)
        _ = stored.finished
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{file}: not a record: {where}: {first['msg']}") from error
    except ValueError as error:
        raise DataError(f"{file}: not a record: finished: {error}") from error
    return stored


def _key_if_done(path: Path) -> str | None:
    """A quick look: the fields are checked when tables are made."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        current = content["schema_version"] == SCHEMA_VERSION
        complete = path.with_name(content["ranks_file"]).is_file()
        return str(content["key"]) if current and complete else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _age(stored: Stored) -> tuple[datetime, str]:
    return stored.finished, str(stored.path)


def _without_objects(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays of text get a fixed width: an array of objects would be pickled, and pickles are never read."""
    return {name: array.astype(str) if array.dtype.hasobject else array for name, array in arrays.items()}
