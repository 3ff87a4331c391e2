"""Losses: values, and gradients with respect to every embedding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from crossret.contracts.loss import LossContext, Term, View, Views
from crossret.objective.objective import Objective
from crossret_losses.distillation import FeatureView, SimilarityView
from crossret_losses.triplet import BackTranslation, Triplet

from .comparison import Comparison
from .recorded import Arrays, arrays_of

NAMES: dict[View, str] = {"visual": "v", "source": "c_s", "target": "c_t", "cross": "h_c", "back": "c_b"}
UNIT_GROUPS = ("random", "duplicate", "ties")
WEIGHTS = {"source": 1.0, "target": 0.6, "similarity": 0.4, "feature": 0.1, "cycle": 0.5}
Loss = Callable[[Views], Tensor]


def losses(scratch: Path) -> Iterator[Comparison]:
    """Every recorded loss that we have."""
    arrays = arrays_of("losses")
    for group, (name, loss) in product(UNIT_GROUPS, recorded_losses().items()):
        yield from of_loss(arrays, group, name, loss)
    yield from of_loss(arrays, "large", "feature_view", FeatureView(LossContext()))


def recorded_losses() -> dict[str, Loss]:
    """Our losses by their recorded names."""
    visual_source = LossContext(("visual", "source"))
    found: dict[str, Loss] = {
        f"triplet_source.{negatives}.{reduction}": Triplet(visual_source, negatives=negatives, reduction=reduction)  # type: ignore[arg-type]
        for negatives, reduction in product(("hardest", "all"), ("sum", "mean"))
    }
    found["triplet_target.hardest.sum"] = Triplet(LossContext(("target", "visual")))
    found["cycle.hardest.sum"] = BackTranslation(LossContext())
    found["similarity_view"] = SimilarityView(LossContext())
    found["feature_view"] = FeatureView(LossContext())
    terms: dict[str, Term] = {
        "source": Triplet(visual_source),
        "target": Triplet(LossContext(("visual", "target"))),
        "similarity": SimilarityView(LossContext()),
        "feature": FeatureView(LossContext()),
        "cycle": BackTranslation(LossContext()),
    }
    objective = Objective(terms, WEIGHTS)
    found["weighted_total_without_adversarial"] = lambda views: objective(views)[0]
    return found


def of_loss(arrays: Arrays, group: str, name: str, loss: Loss) -> Iterator[Comparison]:
    """The value, and the gradient of every input that one is recorded for."""
    recorded = f"{group}.{name}"
    inputs = {
        view: torch.from_numpy(arrays[f"{group}.{short}"]).requires_grad_()
        for view, short in NAMES.items()
        if f"{group}.{short}" in arrays
    }
    count = len(next(iter(inputs.values())))
    value = loss(Views(inputs, {}, torch.arange(count), torch.zeros(count, dtype=torch.int64)))
    yield Comparison.of(recorded, value, arrays[recorded], 2e-5, relative=True)
    value.backward()
    for view, embedding in inputs.items():
        expected = arrays.get(f"{recorded}.grad_{NAMES[view]}")
        if expected is None:
            continue
        found = np.zeros_like(expected) if embedding.grad is None else embedding.grad.numpy()
        if group == "duplicate" and view == "visual":
            found, expected = _one_picture(found), _one_picture(expected)
        yield Comparison.of(f"{recorded}.grad_{NAMES[view]}", found, expected, 1e-5)


def _one_picture(gradient: np.ndarray) -> np.ndarray:
    """Rows 2 and 5 are one picture twice: rounding decides which of them is the hardest negative."""
    return np.concatenate([np.delete(gradient, [2, 5], axis=0), gradient[[2]] + gradient[[5]]])
