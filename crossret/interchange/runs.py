"""What was found for every query, and what should have been: the two files that other evaluation tools read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from crossret.evaluation.gallery import Gallery
from crossret.evaluation.model_ranks import Compared
from crossret.results.ranks_file import DirectionName
from crossret.retrieval.nearest import top_items
from crossret.retrieval.relevance import IntArray

Run = Mapping[str, Mapping[str, float]]
"""Per query the documents that were found for it, best first, with their scores."""

Qrels = Mapping[str, Mapping[str, int]]
"""Per query the documents that were judged, with their relevance; above 0 is relevant."""

# Numbers of one block of documents that are multiplied exactly at once.
BLOCK = 1 << 24


@dataclass(frozen=True)
class Judged:
    """One direction of a gallery: what was found, and what should have been."""

    run: Run
    qrels: Qrels


def judged(gallery: Gallery, sides: Compared, direction: DirectionName, depth: int, memory_mb: float) -> Judged:
    """The best documents of every query, in the order of the ranks.

    Queries are those that have a positive; documents are items (t2v) or captions (v2t). Scores are exact dot products
    rounded to float32; where that would make two equal, the second is lowered by as little as possible, because every
    tool has a rule of its own for equal scores.

    Args:
        gallery: with its captions and items.
        sides: what it is ranked by.
        direction: who asks.
        depth: how many documents of each query are kept.
        memory_mb: MiB that scores may take.
    """
    relevance, captions, items = gallery.relevance, gallery.captions, gallery.split.items
    texts, pictures = [caption.id for caption in captions], [item.id for item in items]
    if direction == "t2v":
        pairs = relevance.captions, relevance.items
        return _judged(pairs, (texts, pictures), (sides.captions, sides.items), depth, memory_mb)
    pairs = relevance.items, relevance.captions
    return _judged(pairs, (pictures, texts), (sides.items, sides.captions), depth, memory_mb)


def _judged(
    pairs: tuple[IntArray, IntArray],
    ids: tuple[list[str], list[str]],
    vectors: tuple[Tensor, Tensor],
    depth: int,
    memory_mb: float,
) -> Judged:
    asked = np.unique(pairs[0])
    queries = vectors[0][torch.as_tensor(asked, device=vectors[0].device)]
    places, scores = _best(queries, vectors[1], depth, memory_mb)
    run = {
        ids[0][query]: {ids[1][place]: float(score) for place, score in zip(*found, strict=True)}
        for query, *found in zip(asked, places, scores, strict=True)
    }
    qrels: dict[str, dict[str, int]] = {ids[0][query]: {} for query in asked}
    for query, document in zip(*pairs, strict=True):
        qrels[ids[0][query]][ids[1][document]] = 1
    return Judged(run, qrels)


def _best(queries: Tensor, documents: Tensor, depth: int, memory_mb: float) -> tuple[IntArray, npt.NDArray[np.float32]]:
    """Places and falling scores ``(Q, depth)`` of the best documents, in the order of their exact scores."""
    places, _ = top_items(queries, documents, depth, memory_mb=memory_mb)
    left, right = (side.float().double().cpu().numpy() for side in (queries, documents))
    scores = np.empty(places.shape)
    step = max(1, BLOCK // (places.shape[1] * right.shape[1]))
    for start in range(0, len(places), step):
        rows = slice(start, start + step)
        scores[rows] = np.einsum("qkd,qd->qk", right[places[rows]], left[rows])
    order = np.lexsort((places, -scores), axis=1)
    return np.take_along_axis(places, order, 1), _falling(np.take_along_axis(scores, order, 1).astype(np.float32))


def _falling(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Scores ``(Q, K)`` that never rise → scores that fall from each to the next."""
    lowest = np.float32(-np.inf)
    for column in range(1, scores.shape[1]):
        scores[:, column] = np.minimum(scores[:, column], np.nextafter(scores[:, column - 1], lowest))
    return scores
