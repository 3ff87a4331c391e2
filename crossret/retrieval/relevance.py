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
        asked = np.arange(captions.size)
        if queried is not None:
            asked = np.flatnonzero(np.isin(captions, _known(queried, codes)))
        by_subject = np.argsort(items, kind="stable")
        return _joined(asked, captions[asked], items[by_subject], by_subject, captions.size, items.size)

    def shared_by_equal(self, texts: Sequence[str]) -> Relevance:
        """Every caption with a positive item has those of all captions with the same text.

        Captions without a positive stay without one: distractors do not become queries.

        Args:
            texts: text of every caption, length C.
        """
        groups = _encode(texts, {})
        asked = np.unique(self.captions)
        pairs = np.unique(groups[self.captions] * self.item_count + self.items)
        group, item = np.divmod(pairs, self.item_count)
        return _joined(asked, groups[asked], group, item, self.caption_count, self.item_count)


def _joined(
    captions: IntArray, keys: IntArray, item_keys: IntArray, items: IntArray, caption_count: int, item_count: int
) -> Relevance:
    """Every caption with every item of the same key; item keys ascend."""
    first = np.searchsorted(item_keys, keys, side="left")
    matches = np.searchsorted(item_keys, keys, side="right") - first
    within = np.arange(matches.sum()) - np.repeat(np.cumsum(matches) - matches, matches)
    return Relevance(
        captions=np.repeat(captions, matches),
        items=items[np.repeat(first, matches) + within],
        caption_count=caption_count,
        item_count=item_count,
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
