"""Registers the losses of the published method and the contrastive one."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl

SOURCE = "Wang et al., ACM MM 2022 (arXiv 2208.12526)"


@hookimpl
def register_losses(register: Register) -> None:
    """Register every loss."""
    register(
        "triplet",
        "crossret_losses.triplet:Triplet",
        Meta(summary="margin against the hardest or all negatives of the batch, both directions", source=SOURCE),
    )
    register(
        "infonce",
        "crossret_losses.infonce:InfoNCE",
        Meta(summary="softmax over the batch, both directions", source="van den Oord et al. 2018 (arXiv 1807.03748)"),
    )
    register(
        "similarity-view",
        "crossret_losses.distillation:SimilarityView",
        Meta(
            summary="student similarities follow the cross-attention teacher's, both directions",
            views=("visual", "target", "cross"),
            source=SOURCE,
        ),
    )
    register(
        "feature-view",
        "crossret_losses.distillation:FeatureView",
        Meta(summary="target embedding near the teacher's, smooth L1", views=("target", "cross"), source=SOURCE),
    )
    register(
        "feature-view-cosine",
        "crossret_losses.distillation:CosineFeatureView",
        Meta(summary="target embedding near the teacher's, 1 − cosine", views=("target", "cross")),
    )
    register(
        "back-translation",
        "crossret_losses.triplet:BackTranslation",
        Meta(
            summary="source captions near their back-translations, by triplets",
            views=("source", "back"),
            source=SOURCE,
        ),
    )
    register(
        "language-adversary",
        "crossret_losses.adversary:LanguageAdversary",
        Meta(
            summary="hides the language of token states from a discriminator",
            views=("source", "target"),
            source=SOURCE,
        ),
    )
