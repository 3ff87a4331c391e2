"""Ways to damage a linked copy of the data folder."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path


def overwrite(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def change_last_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    overwrite(path, bytes(content))


def truncate(path: Path) -> None:
    overwrite(path, path.read_bytes()[:1000])


def edit_table(path: Path, old: str, new: str) -> None:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    assert old in text
    content = text.replace(old, new, 1).encode()
    overwrite(path, gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def drop_last_row(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    overwrite(path, "".join(lines[:-1]).encode())


def replace_member(path: Path, name: str, content: bytes | None) -> None:
    """Replace a member of a zip, or leave it out if there is no content."""
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    path.unlink()
    with zipfile.ZipFile(path, "w") as archive:
        for member, old in members.items():
            if member != name:
                archive.writestr(member, old)
            elif content is not None:
                archive.writestr(member, content)
