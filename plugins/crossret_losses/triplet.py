"""Triplet losses over the batch (method section 1.5)."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from crossret.contracts.loss import LossContext, View, Views
from crossret_losses.pairs import same_subject, sample_weights, similarities, two_views

Negatives = Literal["hardest", "all"]
Reduction = Literal["sum", "mean"]


class Triplet:
    """``Σ_i [m + s(i, j) − s(i, i)]₊`` in both directions; j is the hardest negative, or all of them.

    ``mean`` divides by N for the hardest negative and by N² for all, as the published code does. Samples of one subject
    are no negatives of one another.
    """

    def __init__(
        self,
        context: LossContext,
        margin: float = 0.2,
        negatives: Negatives = "hardest",
        reduction: Reduction = "sum",
        weighted: bool = False,
    ) -> None:
        """Check options; ``weighted``: samples count by the confidence in their translation.

        Raises:
            ValueError: an unknown choice, or a margin that is not positive.
        """
        if negatives not in ("hardest", "all"):
            raise ValueError(f"negatives: expected 'hardest' or 'all', found {negatives!r}")
        if reduction not in ("sum", "mean"):
            raise ValueError(f"reduction: expected 'sum' or 'mean', found {reduction!r}")
        if not margin > 0:
            raise ValueError(f"margin: expected a positive number, found {margin!r}")
        self.first, self.second = two_views(context, self.default_views())
        self.views: frozenset[View] = frozenset((self.first, self.second))
        self.margin = margin
        self.negatives = negatives
        self.reduction = reduction
        self.weighted = weighted

    @staticmethod
    def default_views() -> tuple[View, View] | None:
        """Views compared when the recipe names none."""
        return None

    def __call__(self, views: Views) -> Tensor:
        """The scalar loss of N samples."""
        scores = similarities(views, self.first, self.second)
        excluded = same_subject(views)
        own = scores.diagonal()
        rows = (self.margin + scores - own[:, None]).clamp_min(0).masked_fill(excluded, 0)
        columns = (self.margin + scores - own[None, :]).clamp_min(0).masked_fill(excluded, 0)
        weights = sample_weights(views, self.weighted)
        if weights is not None:
            rows, columns = rows * weights[:, None], columns * weights[None, :]
        count = len(scores)
        if self.negatives == "hardest":
            # max with an index sends the gradient to one negative only; amax would spread it over ties.
            total = rows.max(1).values.sum() + columns.max(0).values.sum()
            size = count
        else:
            total = rows.sum() + columns.sum()
            size = count * count
        return total if self.reduction == "sum" else total / size


class BackTranslation(Triplet):
    """``L_cyc``: a triplet between source captions and their back-translations (method section 1.5, item 5)."""

    @staticmethod
    def default_views() -> tuple[View, View] | None:
        """Source and back-translation."""
        return ("source", "back")
