"""Which captions describe which visual items."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crossret.errors import DataError

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Relevance:
    """A sparse relation: the positive pairs of a caption set and an item set.

    A caption or item without a pair is never a query, only a distractor in the other side's gallery.

    Attributes:
        captions: caption index of every pair, shape ``(P,)``.
        items: item index of every pair, shape ``(P,)``.
        caption_count: number of captions, with or without a pair.
        item_count: number of items, with or without a pair.

    Raises:
        DataError: no pair, a pair given twice, an index out of range or arrays that are not ``(P,)`` integers.
    """

    captions: IntArray
    items: IntArray
    caption_count: int
    item_count: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "captions", _indices("caption", self.captions, self.caption_count))
        object.__setattr__(self, "items", _indices("item", self.items, self.item_count))
        if self.captions.size != self.items.size:
            raise DataError(f"relevance: {self.captions.size} caption indices but {self.items.size} item indices")
        if self.captions.size == 0:
            raise DataError(
                "relevance: no caption shares its subject with an item, expected at least one positive pair"
            )
        keys, uses = np.unique(self.captions * self.item_count + self.items, return_counts=True)
        if keys.size < self.captions.size:
            caption, item = divmod(int(keys[uses > 1][0]), self.item_count)
            raise DataError(f"relevance: the pair (caption {caption}, item {item}) is given more than once")

    @classmethod
    def by_subject(
        cls,
        caption_subjects: Sequence[str],
        item_subjects: Sequence[str],
        queried: frozenset[str] | None = None,
    ) -> Relevance:
        """Every caption is positive for every item of its subject.

        Args:
            caption_subjects: subject of every caption, length C.
            item_subjects: subject of every item, length M.
            queried: subjects that take part as queries; the others stay in both galleries as distractors.
                ``None`` means all.

        Raises:
            DataError: no queried subject has both a caption and an item.
        """
        codes: dict[str, int] = {}
        captions = _encode(caption_subjects, codes)
        items = _encode(item_subjects, codes)
        by_subject = np.argsort(items, kind="stable")
        first = np.searchsorted(items[by_subject], captions, side="left")
        matches = np.searchsorted(items[by_subject], captions, side="right") - first
        if queried is not None:
            matches = np.where(np.isin(captions, _known(queried, codes)), matches, 0)
        within = np.arange(matches.sum()) - np.repeat(np.cumsum(matches) - matches, matches)
        return cls(
            captions=np.repeat(np.arange(captions.size), matches),
            items=by_subject[np.repeat(first, matches) + within],
            caption_count=captions.size,
            item_count=items.size,
        )


def _indices(what: str, values: npt.ArrayLike, count: int) -> IntArray:
    indices = np.asarray(values)
    if indices.ndim != 1 or not (np.issubdtype(indices.dtype, np.integer) or indices.size == 0):
        raise DataError(f"relevance: {what} indices must be a row of integers, got {indices.dtype} {indices.shape}")
    outside = indices[(indices < 0) | (indices >= count)]
    if outside.size:
        raise DataError(f"relevance: {what} index {outside[0]} is outside 0..{count - 1}")
    return indices.astype(np.int64)


def _encode(subjects: Sequence[str], codes: dict[str, int]) -> IntArray:
    # A dict rather than np.unique: fixed-width numpy strings drop trailing NULs and pad every subject to the longest.
    return np.fromiter((codes.setdefault(subject, len(codes)) for subject in subjects), np.int64, len(subjects))


def _known(subjects: Collection[str], codes: dict[str, int]) -> IntArray:
    return np.array([codes[subject] for subject in subjects if subject in codes], dtype=np.int64)
