"""What the data folder must contain: hashes, sizes and counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crossret.errors import DataError
from crossret_emoji.layout import CONCEPTS, MANIFEST, TRANSLATIONS

VERSION: Final = 1

SplitCounts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file: its hash, its size and, for a table or a zip, how many rows or images it holds."""

    sha256: str
    bytes: int
    rows: int | None = None
    images: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """All files by name, texts per language and kind, and the counts of every split of every protocol."""

    files: Mapping[str, FileEntry]
    languages: Mapping[str, Mapping[str, int]]
    protocols: Mapping[str, SplitCounts]

    def fingerprint(self) -> str:
        """Hash over the hashes of all files that results depend on."""
        lines = [f"{name} {entry.sha256}\n" for name, entry in sorted(self.files.items()) if _matters(name)]
        return hashlib.sha256("".join([f"emoji/{VERSION}\n", *lines]).encode()).hexdigest()


def _matters(name: str) -> bool:
    """Results depend on texts, drawings, concepts and translations, but not on notices and descriptions."""
    return name in (CONCEPTS, TRANSLATIONS) or name.startswith(("texts/", "images/"))


def read_manifest(root: Path) -> Manifest:
    """The manifest below ``root``.

    Raises:
        DataError: it is missing, malformed or of another version.
    """
    try:
        raw = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
        return _manifest(raw)
    except FileNotFoundError:
        raise DataError(f"{MANIFEST}: missing in {root}; expected the manifest of the emoji data") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{MANIFEST}: cannot be read ({error!r}); expected version {VERSION}") from error


def _manifest(raw: Mapping[str, Any]) -> Manifest:
    if raw["version"] != VERSION:
        raise ValueError(f"version {raw['version']}")
    files = {name: FileEntry(**entry) for name, entry in raw["files"].items()}
    return Manifest(files, raw["languages"], raw["protocols"])
