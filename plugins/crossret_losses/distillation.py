"""Multi-view self-distillation from the cross-attention branch (method section 1.5, items 3 and 4)."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from crossret.contracts.loss import LossContext, View, Views
from crossret_losses.pairs import mean_cross_entropy, no_choice_of_views, sample_weights


class SimilarityView:
    """The student's distribution over the batch follows the teacher's, with either side as the query.

    The teacher's text embedding is detached, the visual one is not, so the gradient reaches the visual tower through
    both distributions.
    """

    views: frozenset[View] = frozenset(("visual", "target", "cross"))

    def __init__(self, context: LossContext, temperature: float = 0.07, weighted: bool = False) -> None:
        """Check options; ``weighted``: samples count by the confidence in their translation.

        Raises:
            ValueError: a temperature that is not positive, or a choice of views.
        """
        no_choice_of_views(context)
        if not temperature > 0:
            raise ValueError(f"temperature: expected a positive number, found {temperature!r}")
        self.temperature = temperature
        self.weighted = weighted

    def __call__(self, views: Views) -> Tensor:
        """``½ mean_i [CE(p_i^v2t, q_i^v2t) + CE(p_i^t2v, q_i^t2v)]``."""
        visual = views.embeddings["visual"]
        teacher = visual @ views.embeddings["cross"].detach().T / self.temperature
        student = visual @ views.embeddings["target"].T / self.temperature
        weights = sample_weights(views, self.weighted)
        visual_to_text = mean_cross_entropy(student, teacher.softmax(1), weights)
        text_to_visual = mean_cross_entropy(student.T, teacher.T.softmax(1), weights)
        return (visual_to_text + text_to_visual) / 2


class FeatureView:
    """Smooth L1 between target and teacher embeddings, mean over all entries; no side is detached.

    As published, with transition point 4: entries of unit vectors are far below it, so this is ``mean(d²)/8`` and
    hardly acts (method section 1.5, item 4).
    """

    views: frozenset[View] = frozenset(("target", "cross"))

    def __init__(self, context: LossContext, transition: float = 4.0) -> None:
        """Check options.

        Raises:
            ValueError: a transition point that is not positive, or a choice of views.
        """
        no_choice_of_views(context)
        if not transition > 0:
            raise ValueError(f"transition: expected a positive number, found {transition!r}")
        self.transition = transition

    def __call__(self, views: Views) -> Tensor:
        """The scalar loss of N samples."""
        return functional.smooth_l1_loss(views.embeddings["target"], views.embeddings["cross"], beta=self.transition)


class CosineFeatureView:
    """``mean(1 − cos)`` between target and teacher embeddings: the feature view at a scale at which it acts."""

    views: frozenset[View] = frozenset(("target", "cross"))

    def __init__(self, context: LossContext) -> None:
        """Takes no options.

        Raises:
            ValueError: a choice of views.
        """
        no_choice_of_views(context)

    def __call__(self, views: Views) -> Tensor:
        """The scalar loss of N samples."""
        return (1 - (views.embeddings["target"] * views.embeddings["cross"]).sum(1)).mean()
