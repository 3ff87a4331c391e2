"""What the cache holds, hop by hop, and what is taken out of it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crossret.contracts.translation import Hop
from crossret.errors import UsageError
from crossret.recipe.models import TranslatorRecipe
from crossret.translation.cache.file import transaction

SHOWN_DIGITS = 8
COUNTED = """
    SELECT h.id, h.fingerprint, h.engine, h.source, h.target, h.mode, h.version, h.recipe, h.provenance, h.made, h.used,
        coalesce(sum(a.n = 0), 0), coalesce(sum(a.status = 'failed'), 0), coalesce(sum(a.n > 0), 0),
        coalesce(sum(length(a.key) + length(cast(coalesce(a.asked, '') || a.text || coalesce(a.words, '') AS blob))), 0)
    FROM hop h LEFT JOIN answer a ON a.hop = h.id GROUP BY h.id ORDER BY h.engine, h.source, h.target, h.used, h.id"""


@dataclass(frozen=True)
class HopContents:
    """One version of one hop.

    Attributes:
        number: in the file.
        fingerprint: of the hop, its version and the engine's options.
        recipe: what the engine was last built from.
        provenance: how its answers come about.
        made: when the first text was asked, in seconds since 1970.
        used: when it was last used, to a day.
        texts: with an answer, failed ones, too.
        failed: those that the engine could not translate.
        alternatives: further translations.
        size: bytes of texts and answers.
    """

    number: int
    fingerprint: str
    hop: Hop
    recipe: TranslatorRecipe
    provenance: dict[str, Any]
    made: float
    used: float
    texts: int
    failed: int
    alternatives: int
    size: int

    @property
    def name(self) -> str:
        """The first digits of the fingerprint, by which it is called on the command line."""
        return self.fingerprint[:SHOWN_DIGITS]


@dataclass(frozen=True)
class Chosen:
    """Which hops are meant; empty fields mean all.

    Attributes:
        names: beginnings of fingerprints.
    """

    names: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def of(self, contents: Iterable[HopContents]) -> list[HopContents]:
        """The hops among these.

        Raises:
            UsageError: a name that no hop has.
        """
        listed = list(contents)
        for name in self.names:
            if not any(found.fingerprint.startswith(name) for found in listed):
                shown = ", ".join(found.name for found in listed) or "none"
                raise UsageError(f"no hop {name!r} in the cache; there are: {shown}")
        return [found for found in listed if self._means(found)]

    def _means(self, found: HopContents) -> bool:
        named = not self.names or found.fingerprint.startswith(self.names)
        pairs = ((self.engines, found.hop.engine), (self.sources, found.hop.source), (self.targets, found.hop.target))
        return named and all(not wanted or value in wanted for wanted, value in pairs)


def contents_of(connection: sqlite3.Connection) -> list[HopContents]:
    """Every hop, by engine and languages, versions used last at the end."""
    return [
        HopContents(
            number,
            fingerprint,
            Hop(engine, source, target, mode, version),
            TranslatorRecipe.model_validate_json(recipe),
            json.loads(provenance),
            *figures,
        )
        for number, fingerprint, engine, source, target, mode, version, recipe, provenance, *figures in (
            connection.execute(COUNTED)
        )
    ]


def remove_hops(connection: sqlite3.Connection, hops: Sequence[HopContents]) -> None:
    """Take hops and all their answers out."""
    with transaction(connection):
        for found in hops:
            for table in ("answer", "claim"):
                connection.execute(f"DELETE FROM {table} WHERE hop = ?", (found.number,))
            connection.execute("DELETE FROM hop WHERE id = ?", (found.number,))
    _shrink(connection)


def remove_failed(connection: sqlite3.Connection, hops: Collection[HopContents]) -> None:
    """Take failed answers of hops out, so that their texts are asked again."""
    with transaction(connection):
        for found in hops:
            connection.execute("DELETE FROM answer WHERE hop = ? AND status = 'failed'", (found.number,))
    _shrink(connection)


def _shrink(connection: sqlite3.Connection) -> None:
    """Give the room back to the disk, unless others use the file now: then it serves for what comes."""
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA busy_timeout = 1000")
        connection.execute("VACUUM")
