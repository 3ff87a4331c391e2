"""Ranks of a gallery under a trained model, for each way to ask."""

from __future__ import annotations

import torch
from torch import Tensor

from crossret.data.input_batches import Inputs
from crossret.evaluation.encoding import embed_items, embed_texts
from crossret.evaluation.gallery import Gallery, GalleryRanks, results_of
from crossret.model.dual_encoder import DualEncoder
from crossret.recipe.models import EvaluationRecipe
from crossret.retrieval.fusion import fuse
from crossret.retrieval.metrics import direction_metrics, sumr
from crossret.retrieval.ranks import positive_ranks


def rank_gallery(
    model: DualEncoder, gallery: Gallery, inputs: Inputs, recipe: EvaluationRecipe, device: torch.device
) -> GalleryRanks:
    """Embed both sides and rank every positive; the model is left in evaluation mode."""
    model.eval()
    items = embed_items(model, inputs, recipe.batch_size, device)
    queries = _queries(model, gallery, items, recipe, device)
    return results_of(gallery, positive_ranks(queries, items, gallery.relevance, memory_mb=recipe.memory_mb))


def _queries(
    model: DualEncoder, gallery: Gallery, items: Tensor, recipe: EvaluationRecipe, device: torch.device
) -> Tensor:
    def embedded(texts: list[str]) -> Tensor:
        return embed_texts(model, texts, recipe.batch_size, device)

    if recipe.query == "translated":
        return embedded(list(gallery.translated))
    target = embedded([caption.text for caption in gallery.captions])
    if recipe.query == "target":
        return target
    return fuse(target, embedded(list(gallery.translated)), items, recipe.fusion_weight)


def validation_score(found: GalleryRanks) -> float:
    """SumR of both directions."""
    return sumr(direction_metrics(found.t2v), direction_metrics(found.v2t))
