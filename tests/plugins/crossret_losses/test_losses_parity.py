"""Agreement of every loss with numbers recorded from the published code, values and gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch
from parity_arrays import arrays_of, assert_close
from step_views import step
from torch import Tensor

from crossret.contracts.loss import LossContext, Term, View
from crossret.objective.objective import Objective
from crossret_losses.distillation import FeatureView, SimilarityView
from crossret_losses.triplet import BackTranslation, Triplet

NAMES: dict[View, str] = {"visual": "v", "source": "c_s", "target": "c_t", "cross": "h_c", "back": "c_b"}
UNIT_GROUPS = ("random", "duplicate", "ties")


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return arrays_of("losses")


def inputs(arrays: Mapping[str, np.ndarray], group: str) -> dict[View, Tensor]:
    return {
        view: torch.from_numpy(arrays[f"{group}.{name}"]).requires_grad_()
        for view, name in NAMES.items()
        if f"{group}.{name}" in arrays
    }


def compare(arrays: Mapping[str, np.ndarray], group: str, name: str, loss: Callable[..., Tensor]) -> None:
    embeddings = inputs(arrays, group)
    value = loss(step(embeddings))
    assert value.shape == ()
    assert value.item() == pytest.approx(float(arrays[f"{group}.{name}"]), rel=2e-5)
    value.backward()
    checked = 0
    for view, short in NAMES.items():
        expected = arrays.get(f"{group}.{name}.grad_{short}")
        if expected is None:
            continue
        checked += 1
        gradient = embeddings[view].grad
        found = torch.zeros(expected.shape) if gradient is None else gradient
        if group == "duplicate" and view == "visual":
            # Rows 2 and 5 are one picture twice: rounding decides which of them is the hardest negative.
            found, expected = merged(found.numpy()), merged(expected)
            found = torch.from_numpy(found)
        assert_close(found, expected, 1e-5)
    assert checked, f"no gradient is recorded for {group}.{name}"


def merged(gradient: np.ndarray) -> np.ndarray:
    return np.concatenate([np.delete(gradient, [2, 5], axis=0), gradient[[2]] + gradient[[5]]])


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("negatives", ["hardest", "all"])
@pytest.mark.parametrize("group", UNIT_GROUPS)
def test_triplet_with_source(arrays: dict[str, np.ndarray], group: str, negatives: str, reduction: str) -> None:
    loss = Triplet(LossContext(("visual", "source")), negatives=negatives, reduction=reduction)  # type: ignore[arg-type]
    compare(arrays, group, f"triplet_source.{negatives}.{reduction}", loss)


@pytest.mark.parametrize("group", UNIT_GROUPS)
def test_triplet_with_target_whichever_view_is_named_first(arrays: dict[str, np.ndarray], group: str) -> None:
    compare(arrays, group, "triplet_target.hardest.sum", Triplet(LossContext(("visual", "target"))))
    compare(arrays, group, "triplet_target.hardest.sum", Triplet(LossContext(("target", "visual"))))


@pytest.mark.parametrize("group", UNIT_GROUPS)
def test_back_translation(arrays: dict[str, np.ndarray], group: str) -> None:
    compare(arrays, group, "cycle.hardest.sum", BackTranslation(LossContext()))


@pytest.mark.parametrize("group", UNIT_GROUPS)
def test_similarity_view(arrays: dict[str, np.ndarray], group: str) -> None:
    compare(arrays, group, "similarity_view", SimilarityView(LossContext()))


@pytest.mark.parametrize("group", [*UNIT_GROUPS, "large"])
def test_feature_view(arrays: dict[str, np.ndarray], group: str) -> None:
    compare(arrays, group, "feature_view", FeatureView(LossContext()))


@pytest.mark.parametrize("group", UNIT_GROUPS)
def test_weighted_total(arrays: dict[str, np.ndarray], group: str) -> None:
    terms: dict[str, Term] = {
        "source": Triplet(LossContext(("visual", "source"))),
        "target": Triplet(LossContext(("visual", "target"))),
        "similarity": SimilarityView(LossContext()),
        "feature": FeatureView(LossContext()),
        "cycle": BackTranslation(LossContext()),
    }
    weights = {"source": 1.0, "target": 0.6, "similarity": 0.4, "feature": 0.1, "cycle": 0.5}
    objective = Objective(terms, weights)
    assert objective.views == set(NAMES)
    compare(arrays, group, "weighted_total_without_adversarial", lambda views: objective(views)[0])
