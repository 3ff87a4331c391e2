"""``lexical``: finds items by the letters that a query shares with their source-language descriptions."""

from __future__ import annotations

import hashlib
import unicodedata
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

VERSION = 1


class LexicalBaseline:
    """TF-IDF cosine of hashed character n-grams.

    What it finds is what names, loan words and untranslated words give away without any understanding.

    Args:
        n_min: letters of the shortest n-gram; the ends of a word count as letters.
        n_max: letters of the longest.
        dimensions: buckets that the n-grams share.

    Raises:
        ValueError: not ``1 <= n_min <= n_max``, or no dimension.
    """

    def __init__(self, n_min: int = 2, n_max: int = 4, dimensions: int = 8192) -> None:
        if not 1 <= n_min <= n_max:
            raise ValueError(f"expected 1 <= n_min <= n_max, found {n_min=}, {n_max=}")
        if dimensions < 1:
            raise ValueError(f"expected at least one dimension, found {dimensions=}")
        self.n_min = n_min
        self.n_max = n_max
        self.dimensions = dimensions

    def fingerprint(self) -> str:
        """Hash of the settings."""
        settings = f"lexical {VERSION} {self.n_min} {self.n_max} {self.dimensions}"
        return hashlib.sha256(settings.encode()).hexdigest()[:16]

    def embed(self, captions: Sequence[str], descriptions: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Unit vectors of captions ``(Q, D)`` and items ``(M, D)``; a text without letters has the zero vector.

        Args:
            captions: the query captions.
            descriptions: the source-language text of each gallery item; they alone decide how rare an n-gram is.
        """
        queries, items = self._counts(captions), self._counts(descriptions)
        # Smooth: as if one more description had every n-gram.
        rarity = np.log((1 + len(items)) / (1 + np.count_nonzero(items, axis=0))) + 1
        weights = rarity.astype(np.float32)
        return _unit(queries * weights), _unit(items * weights)

    def _counts(self, texts: Sequence[str]) -> np.ndarray:
        """How often each bucket occurs in each text, ``(N, D)`` float32."""
        counts = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(counts, texts, strict=True):
            buckets = [zlib.crc32(gram) % self.dimensions for gram in self._grams(text)]
            row += np.bincount(np.array(buckets, dtype=np.intp), minlength=self.dimensions)
        return counts

    def _grams(self, text: str) -> Iterator[bytes]:
        for word in unicodedata.normalize("NFKC", text).casefold().split():
            marked = f"<{word}>"
            for n in range(self.n_min, self.n_max + 1):
                for start in range(len(marked) - n + 1):
                    yield marked[start : start + n].encode("utf-8", "surrogatepass")


def _unit(vectors: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = vectors / np.where(norms > 0, norms, 1)
    return unit
