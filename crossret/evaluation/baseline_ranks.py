"""Ranks of a gallery under a baseline that was never trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from crossret.contracts.baseline import Baseline
from crossret.contracts.data import Caption
from crossret.errors import DataError
from crossret.evaluation.gallery import Gallery, GalleryRanks, results_of
from crossret.makers import blamed, broken
from crossret.recipe.models import EvaluationRecipe
from crossret.retrieval.ranks import positive_ranks

FEW = 4


def rank_with_baseline(
    baseline: Baseline, gallery: Gallery, source_captions: Sequence[Caption], recipe: EvaluationRecipe
) -> GalleryRanks:
    """Items are described by the source-language captions of their subject.

    Raises:
        DataError: an item has no source caption.
    """
    described: dict[str, list[str]] = {}
    for caption in source_captions:
        if caption.kind == "sentence":
            described.setdefault(caption.subject, []).append(caption.text)
    for item in gallery.split.items:
        if item.subject not in described:
            raise DataError(f"item {item.id!r} has no source-language caption to describe it")
    descriptions = [" ".join(described[item.subject]) for item in gallery.split.items]
    texts = gallery.translated if recipe.query == "translated" else [caption.text for caption in gallery.captions]
    check_repeatable(baseline, texts, descriptions)
    queries, items = (torch.from_numpy(vectors) for vectors in embedded(baseline, texts, descriptions))
    ranks = positive_ranks(queries, items, gallery.relevance, memory_mb=recipe.memory_mb, compiled=recipe.compile)
    return results_of(gallery, ranks).with_hardest(queries, items, recipe.memory_mb)


def embedded(baseline: Baseline, texts: Sequence[str], descriptions: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of texts and of items.

    Raises:
        ComponentError: the baseline fails, or its answer breaks the contract.
    """
    with blamed(baseline):
        queries, items = baseline.embed(texts, descriptions)
    check_vectors(baseline, queries, len(texts), "captions")
    check_vectors(baseline, items, len(descriptions), "items")
    if queries.shape[1] != items.shape[1]:
        widths = f"{queries.shape[1]} and {items.shape[1]}"
        raise broken(baseline, "captions and items of one width", widths)
    return queries, items


def check_vectors(baseline: object, vectors: object, count: int, what: str) -> None:
    """Refuse what are not finite vectors of a number of texts or items.

    Raises:
        ComponentError: naming the baseline.
    """
    if not isinstance(vectors, np.ndarray):
        raise broken(baseline, f"vectors of {what} as a numpy array", type(vectors).__name__)
    if vectors.ndim != 2 or len(vectors) != count or vectors.dtype != np.float32:
        shape = f"{vectors.dtype} of shape {vectors.shape}"
        raise broken(baseline, f"vectors of {what} as float32 of shape ({count}, D)", shape)
    if not np.isfinite(vectors).all():
        raise broken(baseline, f"finite vectors of {what}", vectors[~np.isfinite(vectors)][0])


def check_repeatable(baseline: Baseline, texts: Sequence[str], descriptions: Sequence[str]) -> None:
    """Refuse a baseline that answers the first few texts differently when it is asked again.

    Raises:
        ComponentError: it does.
    """
    once, again = (embedded(baseline, texts[:FEW], descriptions[:FEW]) for _ in range(2))
    if not all(np.array_equal(first, second) for first, second in zip(once, again, strict=True)):
        raise broken(baseline, "the same vectors whenever it is asked", "others for the same texts")
