"""Ranks of a gallery under a trained model, for each way to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from crossret.data.input_batches import Inputs
from crossret.evaluation.anchors import Anchors, Side
from crossret.evaluation.encoding import embed_items, embed_texts
from crossret.evaluation.gallery import Gallery, GalleryRanks, results_of
from crossret.evaluation.spread import IN_ONE_PROCESS, Spread
from crossret.model.dual_encoder import DualEncoder
from crossret.recipe.models import EvaluationRecipe
from crossret.retrieval.fusion import fuse
from crossret.retrieval.metrics import direction_metrics, sumr

Embed = Callable[[list[str]], Tensor]


@dataclass(frozen=True, eq=False)
class Compared:
    """What a gallery is ranked by: dot products of these vectors.

    Attributes:
        captions: ``(C, D)``.
        items: ``(M, D)``.
    """

    captions: Tensor
    items: Tensor


def rank_gallery(
    model: DualEncoder,
    gallery: Gallery,
    inputs: Inputs,
    recipe: EvaluationRecipe,
    device: torch.device,
    anchors: Anchors | None = None,
) -> GalleryRanks:
    """Embed both sides and rank every positive; the model is left in evaluation mode.

    With anchors, both sides are compared by what they resemble instead of by their cosine.
    """
    return ranked(gallery, compared(model, gallery, inputs, recipe, device, anchors), recipe)


def compared(
    model: DualEncoder,
    gallery: Gallery,
    inputs: Inputs,
    recipe: EvaluationRecipe,
    device: torch.device,
    anchors: Anchors | None = None,
    spread: Spread = IN_ONE_PROCESS,
) -> Compared:
    """The vectors of both sides of a gallery, for the recipe's way to ask; see :func:`rank_gallery`."""
    model.eval()
    items = embed_items(model, inputs, recipe.batch_size, device, spread)

    def embedded(texts: list[str]) -> Tensor:
        return embed_texts(model, texts, recipe.batch_size, device, spread)

    if anchors is None:
        return Compared(_queries(gallery, embedded, items, recipe), items)
    return Compared(_anchored_queries(gallery, embedded, anchors, recipe), anchors.of_items(items))


def ranked(
    gallery: Gallery, sides: Compared, recipe: EvaluationRecipe, spread: Spread = IN_ONE_PROCESS
) -> GalleryRanks:
    """Ranks of every positive, and the queries that went worst."""
    captions, items = sides.captions, sides.items
    ranks = spread.ranks(captions, items, gallery.relevance, recipe)
    return results_of(gallery, ranks).with_hardest(captions, items, recipe.memory_mb)


def _queries(gallery: Gallery, embedded: Embed, items: Tensor, recipe: EvaluationRecipe) -> Tensor:
    if recipe.query == "translated":
        return _of_translations(gallery, embedded)
    target = embedded([caption.text for caption in gallery.captions])
    if recipe.query == "target":
        return target
    return fuse(target, _of_translations(gallery, embedded), items, recipe.fusion_weight, memory_mb=recipe.memory_mb)


def _anchored_queries(gallery: Gallery, embedded: Embed, anchors: Anchors, recipe: EvaluationRecipe) -> Tensor:
    def resembled(texts: list[str], side: Side = "source") -> Tensor:
        return anchors.of_texts(texts, embedded(texts), side)

    if recipe.query == "translated":
        return _of_translations(gallery, resembled)
    target = resembled([caption.text for caption in gallery.captions], "target")
    if recipe.query == "target":
        return target
    return torch.lerp(target, _of_translations(gallery, resembled), recipe.fusion_weight)


def _of_translations(gallery: Gallery, vectors_of: Embed) -> Tensor:
    """One vector per caption: that of its translation, or the mean of all its translations'."""
    if not gallery.further:
        return vectors_of(list(gallery.translated))
    texts, captions = gallery.translations()
    vectors = vectors_of(texts)
    owners = torch.from_numpy(captions).to(vectors.device)
    sums = vectors.new_zeros(len(gallery.captions), vectors.shape[1]).index_add_(0, owners, vectors)
    return sums / owners.bincount(minlength=len(sums))[:, None]


def validation_score(found: GalleryRanks) -> float:
    """SumR of both directions."""
    return sumr(direction_metrics(found.t2v), direction_metrics(found.v2t))
