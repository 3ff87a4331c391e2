"""Distillation from the teacher's transport plan between texts and items."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from crossret.contracts.loss import LossContext, View, Views
from crossret_sinkhorn.plan import log_plan


class SinkhornView:
    """The student's distribution over the batch follows the teacher's optimal transport plan.

    As the similarity view of NRCCR, with the plan in place of the teacher's softmax: the cross view (source and target
    text together) and the items are matched *as sets*, so an item that many texts are near to cannot be the target of
    all of them. Rows and columns of the plan, normalised, are the soft targets in both directions; the teacher's side
    is detached as a whole.
    """

    views: frozenset[View] = frozenset(("visual", "target", "cross"))

    def __init__(
        self, context: LossContext, temperature: float = 0.07, epsilon: float = 0.05, iterations: int = 50
    ) -> None:
        """Check options.

        Args:
            context: must name no views.
            temperature: of the student's softmax.
            epsilon: weight of the entropy; costs are ``1 - cos``, hence between 0 and 2.
            iterations: of Sinkhorn's algorithm.

        Raises:
            ValueError: a number that is not positive, or a choice of views.
        """
        if context.between:
            raise ValueError(f"the views of this loss are fixed, leave out 'between'; found {list(context.between)}")
        for name, value in (("temperature", temperature), ("epsilon", epsilon), ("iterations", iterations)):
            if not value > 0:
                raise ValueError(f"{name}: expected a positive number, found {value!r}")
        self.temperature, self.epsilon, self.iterations = temperature, epsilon, iterations

    def __call__(self, views: Views) -> Tensor:
        """``½ mean_i [CE(P_i·, q_i^v2t) + CE(P_·i, q_i^t2v)]`` of N samples, ``P`` normalised by row or column."""
        visual = views.embeddings["visual"]
        student = visual @ views.embeddings["target"].T / self.temperature
        with torch.no_grad():
            # Potentials are sums of many exponentials: half precision is not enough for them.
            cost = 1 - visual.float() @ views.embeddings["cross"].float().T
            plan = log_plan(cost, self.epsilon, self.iterations)
            to_text = plan.softmax(1).to(student.dtype)
            to_item = plan.T.softmax(1).to(student.dtype)
        forward = functional.cross_entropy(student, to_text)
        back = functional.cross_entropy(student.T, to_item)
        return (forward + back) / 2
