"""Exact ranks of every positive pair, both directions, without a sort and without the full score matrix."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from crossret.errors import DataError
from crossret.retrieval.counting import count_ranks
from crossret.retrieval.relevance import IntArray, Relevance
from crossret.retrieval.tiles import DotProducts, Grid


@dataclass(frozen=True, eq=False)
class PositiveRanks:
    """1-based ranks of the pairs of a :class:`Relevance`, in its order.

    Attributes:
        text_to_visual: rank of the pair's item among all items, for the caption as query, ``(P,)``.
        visual_to_text: rank of the pair's caption among all captions, for the item as query, ``(P,)``.
        rescored: comparisons that were too close to call in a lower precision and were decided in float32.
    """

    text_to_visual: IntArray
    visual_to_text: IntArray
    rescored: int = 0


@torch.no_grad()
def positive_ranks(captions: Tensor, items: Tensor, relevance: Relevance, *, memory_mb: float = 256) -> PositiveRanks:
    """Rank every positive pair among all items and among all captions.

    A rank is 1 + the number of gallery entries scored strictly higher + the number of equal scores at a lower gallery
    index (:func:`crossret.retrieval.counting.ahead`). A query's other positives stay in its gallery, as average
    precision needs. Both directions come from one product per tile. Scores are float32 dot products under torch's
    matmul precision setting, so pass unit vectors for cosines; budgets that cut the matrix differently may differ where
    two scores agree to the last bit.

    Args:
        captions: caption embeddings of any floating type, shape ``(C, D)``.
        items: visual embeddings on the same device, shape ``(M, D)``.
        relevance: the positive pairs of these C captions and M items.
        memory_mb: MiB that scores and comparisons may take, beyond the float32 inputs and a few numbers per pair.

    Raises:
        DataError: shapes or devices do not fit, or an embedding is not finite (its side and row are named).
        UsageError: the memory budget is not positive.
    """
    scores = checked_products(captions, items, relevance)
    grid = Grid.within(len(captions), len(items), memory_mb)
    return PositiveRanks(*count_ranks(scores, grid, relevance))


def checked_products(captions: Tensor, items: Tensor, relevance: Relevance) -> DotProducts:
    """The scores of embeddings that fit the relevance and one another.

    Raises:
        DataError: shapes or devices do not fit, or an embedding is not finite (its side and row are named).
    """
    for side, embeddings, count in (
        ("captions", captions, relevance.caption_count),
        ("items", items, relevance.item_count),
    ):
        if len(embeddings) != count:
            raise DataError(f"{side}: {len(embeddings)} embeddings, but the relevance is over {count}")
    return DotProducts.of(captions, items, names=("captions", "items"))
