"""How a validation is asked and scored: what selects the best weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from crossret.evaluation.gallery import GalleryRanks
from crossret.evaluation.model_ranks import validation_score
from crossret.recipe.models import EvaluationRecipe
from crossret.retrieval.metrics import direction_metrics


@dataclass(frozen=True)
class Selection:
    """One rule; the higher score wins.

    Attributes:
        figure: what the score is, in a few words.
        query: how validation captions are asked.
        fusion_weight: weight of the translated query in a fused score.
    """

    figure: str
    query: Literal["target", "translated", "fused"]
    fusion_weight: float
    score: Callable[[GalleryRanks], float]

    def asking(self, recipe: EvaluationRecipe) -> EvaluationRecipe:
        """An evaluation recipe, asked this way."""
        return recipe.model_copy(update={"query": self.query, "fusion_weight": self.fusion_weight})


def text_to_visual_recalls(found: GalleryRanks) -> float:
    """R@1 + R@5 + R@10 of text to visual, percent (0 to 300); the other direction does not count."""
    figures = direction_metrics(found.t2v)
    return figures.r1 + figures.r5 + figures.r10


SUMR_OF_TARGET = Selection("SumR", "target", 0.5, validation_score)
# Method section 4.4.
TEXT_RECALLS_OF_FUSED = Selection("R@1+5+10 of fused text to visual", "fused", 0.2, text_to_visual_recalls)
