"""Ranks of a gallery under a baseline that was never trained."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from crossret.contracts.baseline import Baseline
from crossret.contracts.data import Caption
from crossret.errors import DataError
from crossret.evaluation.gallery import Gallery, GalleryRanks, results_of
from crossret.recipe.models import EvaluationRecipe
from crossret.retrieval.ranks import positive_ranks


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
    queries, items = baseline.embed(texts, descriptions)
    ranks = positive_ranks(
        torch.from_numpy(queries), torch.from_numpy(items), gallery.relevance, memory_mb=recipe.memory_mb
    )
    return results_of(gallery, ranks)
