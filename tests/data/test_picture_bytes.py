from __future__ import annotations

import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from crossret.data.picture_bytes import TooManyPixelsError, decoded


def bomb(side: int) -> bytes:
    """A PNG whose header announces a large picture."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"0" * 64))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [200, 10_000, 60_000])
def test_too_many_pixels_are_refused_by_the_header(side: int) -> None:
    with pytest.raises(TooManyPixelsError, match="at most 10,000 are read"):
        decoded(bomb(side), 10_000)


def test_threads_leave_the_filters_of_warnings_alone() -> None:
    file = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(file, "PNG")
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: decoded(file.getvalue(), 100).size, range(400)))
    assert set(found) == {(4, 3)}
    assert list(warnings.filters) == before
