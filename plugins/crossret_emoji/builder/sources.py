"""The pinned npm packages that everything but the translations is made of."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from crossret.errors import DataError, unknown

_PINS = Path(__file__).with_name("sources.json")


@dataclass(frozen=True, slots=True)
class Source:
    """One package, pinned by version and by the registry's hash of its archive."""

    name: str
    version: str
    folder: str
    integrity: str
    licence: str


def pinned() -> dict[str, Source]:
    """All packages by name."""
    return {entry["name"]: Source(**entry) for entry in json.loads(_PINS.read_text(encoding="utf-8"))}


class Packages:
    """The unpacked packages below one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sources = pinned()

    def path(self, package: str, *parts: str) -> Path:
        """A file or folder of a package.

        Raises:
            UsageError: the package is not pinned.
        """
        if package not in self._sources:
            raise unknown("package", package, self._sources)
        return self._root.joinpath(self._sources[package].folder, *parts)

    def json(self, package: str, *parts: str) -> Any:
        """A JSON file of a package.

        Raises:
            DataError: it is missing.
        """
        path = self.path(package, *parts)
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DataError(f"{path}: missing; expected an unpacked {package}, run the step 'fetch' first") from None


def fetch(root: Path) -> list[Source]:
    """Download, check and unpack every pinned package below ``root``; what is there already is checked again.

    Raises:
        DataError: an archive is not the pinned one.
        subprocess.CalledProcessError: npm failed.
    """
    root.mkdir(parents=True, exist_ok=True)
    sources = list(pinned().values())
    for source in sources:
        archive = root / f"{source.folder}.tgz"
        if not archive.exists():
            subprocess.run(["npm", "pack", f"{source.name}@{source.version}", "--silent"], cwd=root, check=True)
        check_integrity(archive, source)
        if not (root / source.folder).is_dir():
            _unpack(archive, root / source.folder)
    return sources


def check_integrity(archive: Path, source: Source) -> None:
    """Compare an archive with its pin.

    Raises:
        DataError: the hash differs.
    """
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != source.integrity:
        raise DataError(f"{archive}: found {found[:24]}…; expected {source.integrity[:24]}… for {source.name}")


def _unpack(archive: Path, target: Path) -> None:
    with tarfile.open(archive) as packed:
        for entry in packed.getmembers():
            # npm wraps every package in one folder, usually called "package".
            parts = PurePosixPath(entry.name).parts[1:]
            if parts:
                entry.name = str(PurePosixPath(*parts))
                packed.extract(entry, target, filter="data")
