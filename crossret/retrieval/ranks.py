"""Exact ranks of every positive pair, both directions, without a sort and without the full score matrix."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from crossret.errors import DataError
from crossret.retrieval.approximation import Approximation, Precision
from crossret.retrieval.contest import Contest
from crossret.retrieval.counting import Pairs
from crossret.retrieval.relevance import IntArray, Relevance
from crossret.retrieval.thresholds import comparison
from crossret.retrieval.tiles import DotProducts


@dataclass(frozen=True, eq=False)
class PositiveRanks:
    """1-based ranks of the pairs of a :class:`Relevance`, in its order.

    Attributes:
        text_to_visual: rank of the pair's item among all items, for the caption as query, ``(P,)``.
        visual_to_text: rank of the pair's caption among all captions, for the item as query, ``(P,)``.
        rescored: comparisons that were too close to call and were decided by exact scores.
    """

    text_to_visual: IntArray
    visual_to_text: IntArray
    rescored: int = 0


@torch.no_grad()
def positive_ranks(
    captions: Tensor,
    items: Tensor,
    relevance: Relevance,
    *,
    memory_mb: float = 256,
    scores: Precision = "float32",
    compiled: bool = False,
) -> PositiveRanks:
    """Rank every positive pair among all items and among all captions.

    A rank is 1 + the number of gallery entries scored strictly higher + the number of equal scores at a lower gallery
    index (:func:`crossret.retrieval.counting.ahead`). A query's other positives stay in its gallery, as average
    precision needs. Both directions come from one product per tile. Scores are exact dot products (float64) of the
    embeddings in float32, so pass unit vectors for cosines; neither the budget nor the precision of the tiles changes a
    rank.

    Args:
        captions: caption embeddings of any floating type, shape ``(C, D)``.
        items: visual embeddings on the same device, shape ``(M, D)``.
        relevance: the positive pairs of these C captions and M items.
        memory_mb: MiB that scores and comparisons may take, beyond the inputs and a few numbers per pair.
        scores: precision of the tiles, which decide what is not too close to call.
        compiled: compile what is done with a tile; the first call in a process then takes some seconds longer.

    Raises:
        DataError: shapes or devices do not fit, or an embedding is not finite (its side and row are named).
        UsageError: the memory budget is too small for one tile, and the smallest that is enough is named; or nothing
            can be compiled here.
        CrossretError: the device has no memory for one tile. If it has too little for the budget, tiles are halved.
    """
    products = _checked_products(captions, items, relevance)
    approximation = Approximation.of(products, scores, memory_mb)
    exact = approximation.pairs(*_on(products, relevance.captions, relevance.items))
    found = Contest(
        approximation,
        to_items=Pairs.of(relevance.captions, relevance.items, exact, approximation.caption_margins()),
        to_captions=Pairs.of(relevance.items, relevance.captions, exact, approximation.item_margins()),
        comparison=comparison(compiled, exact.device),
    ).ranks(memory_mb)
    return PositiveRanks(found.among_items, found.among_captions, found.rescored)


def _on(products: DotProducts, *indices: IntArray) -> list[Tensor]:
    return [torch.as_tensor(index, device=products.queries.device) for index in indices]


def _checked_products(captions: Tensor, items: Tensor, relevance: Relevance) -> DotProducts:
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
