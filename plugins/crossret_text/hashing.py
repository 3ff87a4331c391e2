"""Turns a word into the numbers of its character n-grams, the same in every process and on every machine."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

SHORTEST, LONGEST = 2, 5
ID_BYTES = 4


def subwords(word: str) -> tuple[str, ...]:
    """The character 2- to 5-grams of ``<word>`` and ``<word>`` itself; ``<`` and ``>`` mark its ends.

    Source: Bojanowski et al., "Enriching Word Vectors with Subword Information", TACL 2017.
    """
    marked = f"<{word}>"
    size = len(marked)
    grams = (marked[i : i + n] for n in range(SHORTEST, LONGEST + 1) for i in range(size - n + 1))
    return (*grams, marked) if size > LONGEST else tuple(grams)


@lru_cache(maxsize=65536)
def packed_ids(word: str, buckets: int) -> bytes:
    """The bucket of each subword as packed int32: cheap to keep and to join to a batch."""
    ids = [zlib.crc32(subword.encode("utf-8", "surrogatepass")) % buckets for subword in subwords(word)]
    return struct.pack(f"={len(ids)}i", *ids)
