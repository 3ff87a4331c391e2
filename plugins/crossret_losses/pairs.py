"""What pairwise losses share: which two views, their similarities, and which pairs are no negatives."""

from __future__ import annotations

from torch import Tensor

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


def similarities(views: Views, first: View, second: View) -> Tensor:
    """Cosines ``(N, N)``: row i is sample i of ``first`` against all of ``second``."""
    return views.embeddings[first] @ views.embeddings[second].T


def same_subject(views: Views) -> Tensor:
    """``(N, N)``, true where two samples are of one subject, the diagonal included."""
    return views.subjects[:, None] == views.subjects[None, :]
