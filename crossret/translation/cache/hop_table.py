"""The answers of one hop in the cache."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossret import __version__
from crossret.contracts.translation import DocumentedEngine, Engine, Hop, Translation
from crossret.makers import maker_of
from crossret.recipe.models import TranslatorRecipe
from crossret.translation.cache.file import transaction
from crossret.translation.cache.owners import is_alive

AT_ONCE = 500
DAY_SECONDS = 86_400.0
LEASE_SECONDS = 600.0


@dataclass(frozen=True)
class HopTable:
    """Reads and writes the answers of one hop.

    Attributes:
        connection: of the calling thread.
        hop: the hop's number in the file.
    """

    connection: sqlite3.Connection
    hop: int

    def read(self, texts: Sequence[str]) -> dict[str, Translation]:
        """The answers that there are, failed ones, too."""
        by_key = {key_of(text): text for text in texts}
        found: dict[str, Translation] = {}
        further: dict[str, list[tuple[str, float | None]]] = {}
        what = "key, n, text, status, score, unknown, words"
        for key, n, text, status, score, unknown, words in self._rows(f"{what} FROM answer", by_key):
            asked = by_key[key]
            if n:
                further.setdefault(asked, []).append((text, score))
            else:
                found[asked] = Translation(text, status, unknown, score, tuple(json.loads(words)))
        for asked, alternatives in further.items():
            answer = found[asked]
            found[asked] = Translation(
                answer.text, answer.status, answer.unknown, answer.score, answer.unknown_words, tuple(alternatives)
            )
        return found

    def claim(self, texts: Sequence[str], owner: str) -> list[str]:
        """Those of the texts that nobody has answered and no living process is at; they are the owner's for a while."""
        by_key = {key_of(text): text for text in texts}
        now = time.time()
        with transaction(self.connection):
            taken = {key for (key,) in self._rows("key FROM answer", by_key)}
            for key, other, until in self._rows("key, owner, until FROM claim", by_key):
                if until > now and is_alive(other):
                    taken.add(key)
            mine = {key: text for key, text in by_key.items() if key not in taken}
            self.connection.executemany(
                "INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?)",
                [(self.hop, key, owner, now + LEASE_SECONDS) for key in sorted(mine)],
            )
        return list(mine.values())

    def store(self, answers: Mapping[str, Translation], tries: Mapping[str, int], owner: str) -> None:
        """Keep answers, all or none, and give up the owner's claims; what another process has kept before stays."""
        by_key = {key_of(text): text for text in answers}
        now = time.time()
        with transaction(self.connection):
            kept = {key for (key,) in self._rows("key FROM answer", by_key)}
            new = [(key, by_key[key]) for key in sorted(by_key.keys() - kept)]
            rows = (row for key, text in new for row in _rows_of(key, text, answers[text], tries[text], now))
            self.connection.executemany(
                "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ((self.hop, *row) for row in rows)
            )
            self.release(owner)

    def release(self, owner: str) -> None:
        """Give up the owner's claims."""
        self.connection.execute("DELETE FROM claim WHERE hop = ? AND owner = ?", (self.hop, owner))

    def note_use(self, recipe: TranslatorRecipe) -> None:
        """Note when the answers were last used, to a day, and what the engine was built from."""
        now = time.time()
        (used,) = self.connection.execute("SELECT used FROM hop WHERE id = ?", (self.hop,)).fetchone()
        if now - used > DAY_SECONDS:
            # A file that can only be read serves as well.
            with contextlib.suppress(sqlite3.OperationalError):
                changes = (now, recipe.model_dump_json(), self.hop)
                self.connection.execute("UPDATE hop SET used = ?, recipe = ? WHERE id = ?", changes)

    def _rows(self, what: str, keys: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
        """Rows with one of the keys, in the order of the table."""
        ordered = sorted(keys)
        for start in range(0, len(ordered), AT_ONCE):
            some = ordered[start : start + AT_ONCE]
            marks = ", ".join("?" * len(some))
            yield from self.connection.execute(
                f"SELECT {what} WHERE hop = ? AND key IN ({marks})", (self.hop, *some)
            ).fetchall()


def table_of(connection: sqlite3.Connection, hop: Hop, engine: Engine, recipe: TranslatorRecipe) -> HopTable:
    """The hop's table, begun if there is none, with the record of how its answers come about.

    Args:
        connection: for writing.
        hop: with its version.
        engine: who answers.
        recipe: what the engine is built from.
    """
    now = time.time()
    found = find_table(connection, hop, engine)
    if found is None:
        fingerprint, record = hop_fingerprint(hop, engine), json.dumps(_provenance(hop, engine), ensure_ascii=False)
        facts = (hop.engine, hop.source, hop.target, hop.mode, hop.version)
        with transaction(connection):
            connection.execute(
                "INSERT OR IGNORE INTO hop VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (fingerprint, *facts, recipe.model_dump_json(), record, now, now),
            )
        found = find_table(connection, hop, engine)
        assert found is not None
    return found


def find_table(connection: sqlite3.Connection, hop: Hop, engine: Engine) -> HopTable | None:
    """The hop's table, if it has been asked before."""
    row = connection.execute("SELECT id FROM hop WHERE fingerprint = ?", (hop_fingerprint(hop, engine),)).fetchone()
    return None if row is None else HopTable(connection, row[0])


def hop_fingerprint(hop: Hop, engine: Engine) -> str:
    """Hash of all that an answer depends on but the text: languages, version, and the engine's options and protocol."""
    return hashlib.sha256(f"{hop!r}\0{engine.fingerprint()}".encode()).hexdigest()[:32]


def key_of(text: str) -> bytes:
    """Hash of a text, which is harmless already; 16 bytes."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _rows_of(key: bytes, text: str, answer: Translation, tries: int, now: float) -> Iterator[tuple[Any, ...]]:
    words = json.dumps(answer.unknown_words, ensure_ascii=False)
    yield key, 0, text, answer.text, answer.status, answer.score, answer.unknown, words, tries, now
    for n, (other, score) in enumerate(answer.alternatives, start=1):
        yield key, n, None, other, None, score, None, None, None, None


def _provenance(hop: Hop, engine: Engine) -> dict[str, object]:
    documented = dict(engine.provenance(hop)) if isinstance(engine, DocumentedEngine) else {}
    return {
        "engine": hop.engine,
        "source": hop.source,
        "target": hop.target,
        "mode": hop.mode,
        "version": hop.version,
        "settings": engine.fingerprint(),
        "order_sensitive": engine.order_sensitive,
        "component": maker_of(engine),
        "crossret": __version__,
        "begun": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "details": documented,
    }
