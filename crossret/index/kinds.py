"""Kinds of FAISS indexes: which one for how many vectors, how it is built, how hard it searches.

What they answer is scored again by exact cosines (:mod:`crossret.index.nearest_rows`), so a kind needs only find the
best rows, not their scores.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from crossret.errors import ComponentError, UsageError

if TYPE_CHECKING:
    from crossret.index.vectors import FloatArray

Kind = Literal["flat", "hnsw", "ivfpq"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Exact search of 50,000 vectors of width 512 reads 100 MB: some 10 ms. An approximate index would hardly be faster.
FLAT_UP_TO = 50_000
# A graph is the fastest and finds most, but takes 1.3 kB of memory per vector of width 512 and about a
# millisecond of one core to build it; beyond a million vectors, 72 bytes each and lists to look through are worth it.
HNSW_UP_TO = 1_000_000

LINKS = 32
BUILD_EFFORT = 80
# Of vectors per list of an IVF index, k-means needs 39 to make good centres; the usual number of lists is 4 √N.
POINTS_PER_LIST = 39
MOST_POINTS_PER_LIST = 64
WIDTH_PER_CODE = 8
CODES = 256


def faiss() -> Any:
    """The library.

    Raises:
        ComponentError: it is not installed.
    """
    try:
        import faiss as library
    except ModuleNotFoundError as error:
        raise ComponentError(f"an index needs {error.name}; try: pip install 'crossret[index]'") from error
    return library


def kind_for(count: int) -> Kind:
    """The kind that suits so many vectors."""
    if count <= FLAT_UP_TO:
        return "flat"
    return "hnsw" if count <= HNSW_UP_TO else "ivfpq"


@dataclass(frozen=True)
class Shape:
    """What is to be built.

    Attributes:
        dimension: width D.
        half: whether vectors are stored as float16.
        lists: of an IVF index; 0 otherwise.
        codes: bytes of a vector in an IVF index; 0 otherwise.
    """

    kind: Kind
    dimension: int
    half: bool
    lists: int = 0
    codes: int = 0

    @classmethod
    def of(cls, kind: Kind, count: int, dimension: int, half: bool, memory_mb: float) -> Shape:
        """The shape for so many vectors.

        Raises:
            UsageError: there are too few vectors to train it.
        """
        if kind != "ivfpq":
            return cls(kind, dimension, half)
        sample = min(count, most_sampled(memory_mb, dimension))
        if sample < CODES:
            raise UsageError(f"an index of kind ivfpq needs {CODES} vectors to learn its codes, found {sample}")
        lists = max(1, min(int(4 * math.sqrt(count)), sample // POINTS_PER_LIST))
        return cls(kind, dimension, half, lists, codes_of(dimension))

    @property
    def bytes_per_vector(self) -> int:
        """Memory that one vector takes in an index."""
        stored = (2 if self.half else 4) * self.dimension
        return {"flat": stored, "hnsw": 2 * self.dimension + 8 * LINKS + 32, "ivfpq": self.codes + 16}[self.kind]

    @property
    def training_rows(self) -> int:
        """How many vectors it learns from; 0: none."""
        return max(CODES * POINTS_PER_LIST, self.lists * MOST_POINTS_PER_LIST) if self.lists else 0

    def empty(self, sample: FloatArray) -> Any:
        """An index without vectors, trained on a sample."""
        library, metric = faiss(), faiss().METRIC_INNER_PRODUCT
        if self.kind == "flat" and not self.half:
            return library.IndexFlatIP(self.dimension)
        half = library.ScalarQuantizer.QT_fp16
        if self.kind == "flat":
            return _trained(library.IndexScalarQuantizer(self.dimension, half, metric), sample[:1])
        if self.kind == "hnsw":
            index = library.IndexHNSWSQ(self.dimension, half, LINKS, metric)
            index.hnsw.efConstruction = BUILD_EFFORT
            return _trained(index, sample[:1])
        quantizer = library.IndexFlatIP(self.dimension)
        index = library.IndexIVFPQ(quantizer, self.dimension, self.lists, self.codes, 8, metric)
        # The centres of unit vectors, too, are compared by their direction.
        index.cp.spherical = True
        return _trained(index, sample)

    def efforts(self) -> tuple[int, ...]:
        """How hard it can search, least first: candidates of a graph or lists looked through; 0: no choice."""
        if self.kind == "flat":
            return (0,)
        first, last = (64, 1024) if self.kind == "hnsw" else (min(8, self.lists), self.lists)
        doubled = [first * 2**step for step in range(1 + int(math.log2(last / first)))]
        return tuple(dict.fromkeys((*doubled, last)))

    def parameters(self, effort: int) -> Any:
        """What a search is given."""
        if self.kind == "hnsw":
            return faiss().SearchParametersHNSW(efSearch=effort)
        return faiss().SearchParametersIVF(nprobe=effort) if self.kind == "ivfpq" else None

    def rescored(self, k: int) -> int:
        """How many of its proposals must be scored again to find the best ``k``: its own scores are coarse or fine."""
        return max(200, 20 * k) if self.kind == "ivfpq" else k


def codes_of(dimension: int) -> int:
    """Bytes of a vector: one for 8 numbers, or for the fewest above that whose number divides the width."""
    return next(dimension // width for width in range(WIDTH_PER_CODE, dimension + 1) if dimension % width == 0) \
        if dimension >= WIDTH_PER_CODE else 1  # fmt: skip


def shard_rows(shape: Shape, memory_mb: float, asked: int | None) -> int:
    """Most vectors of one index file.

    Raises:
        UsageError: as many as were asked for do not fit the memory, or hardly any do.
    """
    most = _most_rows(memory_mb, shape.bytes_per_vector)
    if most < CODES:
        raise UsageError(f"a memory of {memory_mb:.3g} MiB holds {most} vectors of an index; give more with --memory")
    if asked is not None and asked > most:
        raise UsageError(
            f"{asked:,} vectors of kind {shape.kind} take more than {memory_mb:.0f} MiB; at most {most:,} fit"
        )
    return asked or most


def most_sampled(memory_mb: float, dimension: int) -> int:
    """How many float32 vectors can be learned from: k-means and codes hold three copies of them."""
    return _most_rows(memory_mb / 4, 4 * dimension)


def _most_rows(memory_mb: float, bytes_per_row: int) -> int:
    return int(memory_mb * 2**20 / bytes_per_row)


def _trained(index: Any, sample: FloatArray) -> Any:
    index.train(sample)
    return index


def filled(index: Any, kind: Kind, rows: int, blocks: Iterable[FloatArray]) -> Any:
    """The index with so many rows added, block by block."""
    if kind != "ivfpq":
        _reserve(index, rows)
    for block in blocks:
        index.add(np.ascontiguousarray(block))
    return index


def _reserve(index: Any, rows: int) -> None:
    # A vector that grows is copied to one of twice its size; one that was longer before keeps its memory.
    storage = faiss().downcast_index(index.storage) if hasattr(index, "storage") else index
    storage.codes.resize(rows * storage.code_size)
    storage.codes.resize(0)
