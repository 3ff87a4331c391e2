"""What pairwise losses share: which two views, their similarities, and which pairs are no negatives."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from crossret.contracts.loss import LossContext, View, Views


def two_views(context: LossContext, default: tuple[View, View] | None = None) -> tuple[View, View]:
    """The pair of views that a term compares.

    Raises:
        ValueError: the recipe names another number of views.
    """
    if not context.between and default is not None:
        return default
    if len(context.between) != 2 or context.between[0] == context.between[1]:
        raise ValueError(f"'between' must name two views, e.g. [visual, target]; found {list(context.between)}")
    first, second = context.between
    return first, second


def no_choice_of_views(context: LossContext) -> None:
    """For a term that always reads the same views.

    Raises:
        ValueError: the recipe names some.
    """
    if context.between:
        raise ValueError(f"the views of this loss are fixed, leave out 'between'; found {list(context.between)}")


def sample_weights(views: Views, weighted: bool) -> Tensor | None:
    """``(N,)`` how much each sample counts, 1 on average: by the confidence in its translation; ``None``: all alike.

    Raises:
        ValueError: weights are asked for in a step without confidences.
    """
    if not weighted:
        return None
    if views.confidence is None:
        raise ValueError("weighted: the step has no confidences")
    return views.confidence / views.confidence.mean()


def mean_cross_entropy(logits: Tensor, target: Tensor, weights: Tensor | None) -> Tensor:
    """Cross-entropy of N rows, their mean or weighted mean; ``target`` is classes ``(N,)`` or distributions."""
    if weights is None:
        return functional.cross_entropy(logits, target)
    return (weights * functional.cross_entropy(logits, target, reduction="none")).mean()


def similarities(views: Views, first: View, second: View) -> Tensor:
    """Cosines ``(N, N)``: row i is sample i of ``first`` against all of ``second``."""
    return views.embeddings[first] @ views.embeddings[second].T


def same_subject(views: Views) -> Tensor:
    """``(N, N)``, true where two samples are of one subject, the diagonal included."""
    return views.subjects[:, None] == views.subjects[None, :]
