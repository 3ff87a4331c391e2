"""The file of the cache: where it is, how it is opened, and what its errors mean.

Environment:
    CROSSRET_CACHE: the folder; default: the user's cache folder.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from crossret.data.array_cache import VARIABLE, cache_folder
from crossret.errors import CrossretError, DataError

NAME = "translations.sqlite"
BESIDE = ("", "-wal", "-shm", "-journal")
FORMAT = 1
# Tells the file from other SQLite files: "xrtr".
APPLICATION = 0x78727472
PATIENCE_SECONDS = 60.0
NO_PLACE_FOR_A_LOG = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
SCHEMA = (
    """CREATE TABLE hop(
        id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL UNIQUE, engine TEXT NOT NULL,
        source TEXT NOT NULL, target TEXT NOT NULL, mode TEXT NOT NULL, version TEXT NOT NULL, recipe TEXT NOT NULL,
        provenance TEXT NOT NULL, made REAL NOT NULL, used REAL NOT NULL)""",
    # n is 0 for the translation and counts its alternatives, which have neither source nor status.
    """CREATE TABLE answer(
        hop INTEGER NOT NULL REFERENCES hop(id), key BLOB NOT NULL, n INTEGER NOT NULL, asked TEXT, text TEXT NOT NULL,
        status TEXT, score REAL, unknown INTEGER, words TEXT, tries INTEGER, made REAL,
        PRIMARY KEY(hop, key, n)) WITHOUT ROWID""",
    """CREATE TABLE claim(
        hop INTEGER NOT NULL REFERENCES hop(id), key BLOB NOT NULL, owner TEXT NOT NULL, until REAL NOT NULL,
        PRIMARY KEY(hop, key)) WITHOUT ROWID""",
)
log = logging.getLogger(__name__)
_warned: set[Path] = set()


def cache_file() -> Path:
    """Where translations are kept."""
    return cache_folder() / NAME


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file for reading and writing, made if it is missing; only for reading if it cannot be written.

    Every caller gets a connection of its own, so that none is shared by threads or inherited by a forked process.

    Raises:
        CrossretError: it cannot be read or written, also while it is used; the line says what to do.
    """
    with explained(path):
        writable = _make_folder(path)
        with contextlib.closing(_connected(path) if writable else _for_reading(path)) as connection:
            begun = _check(connection, path)
            if writable:
                _set_up(connection, path)
            elif not begun:
                raise unwritable(path, "it is empty and read-only")
            yield connection


@contextlib.contextmanager
def opened_for_reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """The file as it is; ``None`` if there is none.

    Raises:
        CrossretError: it cannot be read; the line says what to do.
    """
    if not path.exists():
        yield None
        return
    with explained(path), contextlib.closing(_for_reading(path)) as connection:
        yield connection if _check(connection, path) else None


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of what is done inside is stored, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        # What has failed may have ended the transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Errors of the file as lines that say what to do.

    Raises:
        CrossretError: instead of the library's error.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _explanation(path, error) from error


def set_aside(path: Path) -> Path:
    """Give a file that cannot be used another name; the next translation begins a new one.

    Returns:
        The new name.

    Raises:
        DataError: there is no such file.
    """
    if not path.exists():
        raise DataError(f"{path}: no such file; there is nothing to set aside")
    aside = path.with_name(f"{path.name}.{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}")
    for ending in BESIDE:
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def _make_folder(path: Path) -> bool:
    """Whether the file can be written.

    Raises:
        CrossretError: it cannot, and there is none to read.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        problem = ""
    except OSError as error:
        problem = error.strerror or str(error)
    exists = path.exists()
    if not problem and os.access(path.parent, os.W_OK) and (not exists or os.access(path, os.W_OK)):
        return True
    if exists:
        return False
    raise unwritable(path, problem or "its folder is read-only")


def unwritable(path: Path, reason: str) -> CrossretError:
    """The error for translations that cannot be kept."""
    return CrossretError(
        f"{path}: translations cannot be kept there ({reason}); set {VARIABLE} to a folder that can be written"
    )


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)


def _for_reading(path: Path) -> sqlite3.Connection:
    """A log beside the file is read where possible; a folder that cannot be written has none, and no place for one."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in NO_PLACE_FOR_A_LOG:
            raise
        return sqlite3.connect(f"{uri}&immutable=1", uri=True, isolation_level=None)
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file has been begun; one of another program, or of a later version of this one, is refused."""
    found, application = _number(connection, "user_version"), _number(connection, "application_id")
    if application == APPLICATION and found > FORMAT:
        raise DataError(
            f"{path}: translations in format {found}, written by a newer crossret; this one reads format {FORMAT}. "
            f"Update crossret, or set {VARIABLE} to another folder"
        )
    if application != APPLICATION and (found or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]):
        raise DataError(f"{path}: no cache of translations, but a database of another program; {_remedy()}")
    return application == APPLICATION


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal" or _number(connection, "application_id") != APPLICATION:
        from filelock import FileLock

        # Processes that begin at once would disturb one another: the change of the mode waits for nobody.
        with FileLock(f"{path}.setup-lock"):
            mode = connection.execute("PRAGMA journal_mode = wal").fetchone()[0]
            with transaction(connection):
                if _number(connection, "application_id") != APPLICATION:
                    for statement in SCHEMA:
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {FORMAT}")
                    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    if mode == "wal":
        connection.execute("PRAGMA synchronous = normal")
    elif path not in _warned:
        _warned.add(path)
        log.warning(
            "%s: its file system cannot keep a log that processes share; every write waits for the disk. "
            "Set %s to a folder on a local disk if translating is slow",
            path,
            VARIABLE,
        )


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _explanation(path: Path, error: sqlite3.Error) -> CrossretError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DataError(f"{path}: damaged cache of translations ({error}); {_remedy()}")
    if code == sqlite3.SQLITE_FULL:
        return CrossretError(
            f"{path}: no space left to keep translations; free some, then run the same command again: what was kept "
            "before is still there"
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return unwritable(path, str(error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return CrossretError(
            f"{path}: another process has kept it locked for {PATIENCE_SECONDS:.0f} s; run the same command again"
        )
    return CrossretError(
        f"{path}: cannot be read or written ({error}); is its disk full or broken? What was kept before is still there"
    )


def _remedy() -> str:
    return "'crossret translate cache set-aside' gives it another name, and the next translation begins a new one"
