"""A second cache of arrays that machines share by address: what one computed the others fetch.

Environment:
    CROSSRET_SHARED_CACHE: address of a folder that fsspec can write, such as ``s3://bucket/crossret`` or
        ``file:///net/crossret``; default: none.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO, cast

from crossret.atomic import write_atomically

VARIABLE = "CROSSRET_SHARED_CACHE"
log = logging.getLogger(__name__)


def fetch(name: str, path: Path) -> None:
    """Bring an entry to its place in the local cache, if the shared cache has it; a failure costs time, not the run."""
    address = os.environ.get(VARIABLE)
    if not address:
        return
    import fsspec

    try:
        files, folder = fsspec.core.url_to_fs(address)
        if not files.exists(f"{folder}/{name}"):
            return
        with files.open(f"{folder}/{name}", "rb") as shared:
            write_atomically(path, lambda file: shutil.copyfileobj(cast(BinaryIO, shared), file, 1 << 20))
    # What a file system of a plugin raises is anything.
    except Exception as error:
        log.warning("%s: cannot be fetched (%s: %s); computing it", f"{address}/{name}", type(error).__name__, error)


def offer(name: str, path: Path) -> None:
    """Give a local entry to the shared cache; a failure costs others time, not the run."""
    address = os.environ.get(VARIABLE)
    if not address:
        return
    import fsspec

    try:
        files, folder = fsspec.core.url_to_fs(address)
        files.makedirs(f"{folder}/{name}".rpartition("/")[0], exist_ok=True)
        # Not every file system shows a file only when it is whole.
        temporary = f"{folder}/{name}.{secrets.token_hex(8)}"
        files.put_file(str(path), temporary)
        files.mv(temporary, f"{folder}/{name}")
    except Exception as error:
        log.warning("%s: cannot be shared (%s: %s)", f"{address}/{name}", type(error).__name__, error)
