"""Folders and files by address: ``s3://bucket/photos`` instead of a path; anything that fsspec can list and read."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from crossret.data.array_cache import cache_folder, key_of
from crossret.errors import DataError, UsageError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+(::[a-z][a-z0-9+.-]+)*://")


def local_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """A component's options with a local copy's path for every option that is an address.

    Raises:
        UsageError: nothing can read such an address, or nothing is there.
        DataError: reading it fails.
    """
    return {name: local_copy(value) if _is_address(value) else value for name, value in options.items()}


def _is_address(value: object) -> bool:
    return isinstance(value, str) and bool(_ADDRESS.match(value))


def local_copy(address: str) -> str:
    """Path of a copy in the cache of a folder or file; made once for as long as the files stay what they are.

    Raises:
        UsageError: nothing can read such an address, or nothing is there.
        DataError: reading it fails.
    """
    import fsspec
    from filelock import FileLock

    try:
        files, root = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{address}: {error}") from error
    try:
        names = _listed(files, root)
        if not names:
            raise UsageError(f"{address}: no such file or folder, or nothing in it")
        key = key_of(*(f"{name} {files.ukey(path)}" for name, path in sorted(names.items())))
        copy = cache_folder() / "copies" / key
        copy.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{copy}.lock"):
            if not copy.exists():
                _copy(files, names, copy)
    except (UsageError, DataError):
        raise
    # What a file system of a plugin raises is anything.
    except Exception as error:
        raise DataError(f"{address}: cannot be copied ({type(error).__name__}: {error})") from error
    single = PurePosixPath(root).name
    return str(copy / single) if list(names.values()) == [root] else str(copy)


def _listed(files: AbstractFileSystem, root: str) -> dict[str, str]:
    """Every file below the root: its name from there, and its path."""
    if files.isfile(root):
        return {PurePosixPath(root).name: root}
    names = {str(PurePosixPath(path).relative_to(root)): path for path in files.find(root)}
    outside = next((name for name in names if ".." in PurePosixPath(name).parts), None)
    if outside is not None:
        # A key of an object store may hold anything.
        raise DataError(f"{root}/{outside}: a name that leads out of the folder")
    return names


def _copy(files: AbstractFileSystem, names: Mapping[str, str], copy: Path) -> None:
    """All files, or none: the folder gets its name when it is whole."""
    unfinished = copy.with_name(f".{copy.name}.{secrets.token_hex(8)}")
    try:
        for name, path in names.items():
            place = unfinished / name
            place.parent.mkdir(parents=True, exist_ok=True)
            files.get_file(path, str(place))
        unfinished.replace(copy)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
