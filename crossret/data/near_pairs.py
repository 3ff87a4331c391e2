"""Finds pairs of texts that share most of their words, without comparing every pair.

Two sets whose Jaccard similarity is at least t share an element among the |x| - ⌈t|x|⌉ + 1 rarest of each (prefix
filter; Bayardo, Ma and Srikant, Scaling Up All Pairs Similarity Search, WWW 2007), so only such pairs are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ROWS = 256


@dataclass(frozen=True, eq=False)
class NearPairs:
    """Pairs with a Jaccard similarity of at least the threshold, by query and then by other.

    Attributes:
        query: index into the queries, ``(P,)``.
        other: index into the others, ``(P,)``.
        similarity: ``(P,)``.
    """

    query: npt.NDArray[np.int64]
    other: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]


def near_pairs(queries: Sequence[frozenset[str]], others: Sequence[frozenset[str]], threshold: float) -> NearPairs:
    """All pairs of a query and an other with |x ∩ y| / |x ∪ y| ≥ threshold; an empty set is near nothing.

    Args:
        queries: a set of tokens per text.
        others: the same of the texts to compare with.
        threshold: in (0, 1].
    """
    left, right = _matrices(queries, others)
    left_prefix, right_prefix = _prefixes(left, threshold), _prefixes(right, threshold).T.tocsr()
    left_size, right_size = np.diff(left.indptr), np.diff(right.indptr)
    found: list[tuple[npt.NDArray[np.int64], ...]] = []
    for first in range(0, left.shape[0], ROWS):
        candidates = (left_prefix[first : first + ROWS] @ right_prefix).tocoo()
        query, other = candidates.row.astype(np.int64) + first, candidates.col.astype(np.int64)
        smaller, larger = _sorted(left_size[query], right_size[other])
        fits = smaller >= threshold * larger - 1e-9
        query, other = query[fits], other[fits]
        shared = _shared(left, right, query, other)
        similarity = shared / np.maximum(left_size[query] + right_size[other] - shared, 1)
        near = similarity >= threshold - 1e-9
        found.append((query[near], other[near], similarity[near]))
    return _ordered(found)


def _sorted(a: npt.NDArray[np.int32], b: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    return np.minimum(a, b), np.maximum(a, b)


def _matrices(queries: Sequence[frozenset[str]], others: Sequence[frozenset[str]]):  # type: ignore[no-untyped-def]
    """Both sides as rows of ones; the columns are tokens, rarest first, ascending in every row."""
    counts = Counter(token for texts in (queries, others) for text in texts for token in text)
    columns = {token: column for column, (token, _) in enumerate(sorted(counts.items(), key=lambda p: (p[1], p[0])))}
    return _matrix(queries, columns), _matrix(others, columns)


def _matrix(texts: Sequence[frozenset[str]], columns: dict[str, int]):  # type: ignore[no-untyped-def]
    from scipy.sparse import csr_matrix

    rows = [sorted(columns[token] for token in text) for text in texts]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    indices = np.fromiter((column for row in rows for column in row), np.int32, int(ends[-1]))
    return csr_matrix((np.ones(len(indices), np.int32), indices, ends), shape=(len(texts), max(1, len(columns))))


def _prefixes(matrix, threshold: float):  # type: ignore[no-untyped-def]
    """The rarest tokens of every row, one of which a near row has among its own rarest."""
    from scipy.sparse import csr_matrix

    sizes = np.diff(matrix.indptr)
    kept = np.where(sizes > 0, sizes - np.ceil(threshold * sizes - 1e-9).astype(np.int64) + 1, 0)
    place = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], sizes)
    chosen = place < np.repeat(kept, sizes)
    ends = np.concatenate([[0], np.cumsum(kept)])
    indices = matrix.indices[chosen]
    return csr_matrix((np.ones(len(indices), np.int32), indices, ends), shape=matrix.shape)


def _shared(left, right, query: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:  # type: ignore[no-untyped-def]
    parts = [
        np.asarray(left[query[piece]].multiply(right[other[piece]]).sum(axis=1)).ravel()
        for piece in _pieces(len(query))
    ]
    return np.concatenate([np.zeros(0, np.int64), *parts]).astype(np.int64)


def _pieces(count: int, size: int = 200_000) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, count, size))


def _ordered(found: list[tuple[npt.NDArray[np.int64], ...]]) -> NearPairs:
    nothing = np.zeros(0)
    query, other, similarity = (np.concatenate(parts) for parts in zip((nothing,) * 3, *found, strict=True))
    order = np.lexsort((other, query))
    return NearPairs(query[order].astype(np.int64), other[order].astype(np.int64), similarity[order])
