"""Packages of Argos Translate: opened without running, importing or fetching anything of them."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from crossret.errors import DataError
from crossret_translators.neural.folders import digest, read_json

METADATA: Final = "metadata.json"
MODEL: Final = "model"
MOST_FILES: Final = 1000
MOST_BYTES: Final = 4 * 2**30
# Weights hardly shrink, vocabularies to a tenth.
MOST_RATIO: Final = 100
_BLOCK: Final = 2**20


@dataclass(frozen=True, slots=True)
class ArgosPackage:
    """An unpacked package.

    Attributes:
        path: the folder with ``metadata.json``.
        source: Argos' code of the language it reads.
        target: of the one it writes.
        target_prefix: token that starts every answer; empty if none does.
        version: of the package.
        digest: hash of the files.
    """

    path: Path
    source: str
    target: str
    target_prefix: str
    version: str
    digest: str


def read_package(path: Path) -> ArgosPackage:
    """The package in a folder that was unpacked before.

    Raises:
        DataError: it is none.
    """
    found = sorted(path.glob(METADATA)) or sorted(path.glob(f"*/{METADATA}"))
    if len(found) != 1:
        raise DataError(f"{path}: {len(found)} files {METADATA}; expected one, as in an unpacked .argosmodel")
    content = read_json(found[0], missing=None)
    if not isinstance(content, dict):
        raise DataError(f"{found[0]}: found a JSON {type(content).__name__}; expected an object")
    folder = found[0].parent
    for key in ("from_code", "to_code"):
        if not isinstance(content.get(key), str) or not content[key]:
            raise DataError(f"{found[0]}: {key} is {content.get(key)!r}; expected a language")
    if not (folder / MODEL).is_dir():
        raise DataError(f"{folder}: no folder {MODEL!r}; expected a model of CTranslate2")
    return ArgosPackage(
        folder,
        content["from_code"],
        content["to_code"],
        str(content.get("target_prefix") or ""),
        str(content.get("package_version") or ""),
        digest(folder),
    )


def unpack(path: Path, folder: Path) -> None:
    """Write the content of an ``.argosmodel`` file into an empty folder.

    Raises:
        DataError: the file is no zip archive, would write outside the folder, or is far larger than it looks.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.filename.endswith("/")]
            _check(path, members)
            for member in members:
                _write(archive, member, folder)
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path}: cannot be unpacked as an .argosmodel (a zip archive): {error}") from error


def _check(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES:
        raise DataError(f"{path}: {len(members)} files; expected at most {MOST_FILES}")
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise DataError(f"{path}: would write {member.filename!r}, outside its folder; refused")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"{path}: {member.filename!r} is a link; refused")
        if member.file_size > MOST_RATIO * max(member.compress_size, 1) + _BLOCK:
            raise DataError(
                f"{path}: {member.filename!r} unpacks from {member.compress_size} to {member.file_size} bytes; refused"
            )
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        raise DataError(f"{path}: unpacks to {total} bytes; expected at most {MOST_BYTES}")


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    """Write one file: zipfile stops at the size that the archive declares, and checks its sum."""
    target = folder.joinpath(*PurePosixPath(member.filename.replace("\\", "/")).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as content, target.open("wb") as file:
        shutil.copyfileobj(content, file, _BLOCK)
