"""Every loss against a loop written from its formula, on steps with repeated subjects."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from step_views import step
from torch import Tensor
from torch.nn import functional

from crossret.contracts.loss import LossContext, View, Views
from crossret_losses.distillation import CosineFeatureView, FeatureView, SimilarityView
from crossret_losses.infonce import InfoNCE
from crossret_losses.triplet import BackTranslation, Triplet

VIEWS: tuple[View, ...] = ("visual", "source", "target", "back", "cross")


@st.composite
def steps(draw: st.DrawFn) -> Views:
    """Unit vectors in double precision; subjects repeat."""
    count = draw(st.integers(1, 7))
    subjects = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    embeddings: dict[View, Tensor] = {
        view: functional.normalize(torch.randn(count, 5, generator=generator, dtype=torch.float64), dim=1)
        for view in VIEWS
    }
    return step(embeddings, subjects=subjects)


def arrays(views: Views, first: View, second: View) -> tuple[np.ndarray, list[int]]:
    scores = views.embeddings[first].numpy() @ views.embeddings[second].numpy().T
    return scores, views.subjects.tolist()


def triplet_by_loops(views: Views, first: View, second: View, margin: float, negatives: str, reduction: str) -> float:
    scores, subjects = arrays(views, first, second)
    count = len(subjects)
    total = 0.0
    for i in range(count):
        others = [j for j in range(count) if subjects[j] != subjects[i]]
        rows = [max(0.0, margin + scores[i, j] - scores[i, i]) for j in others]
        columns = [max(0.0, margin + scores[j, i] - scores[i, i]) for j in others]
        pick = max if negatives == "hardest" else sum
        total += pick([*rows, 0.0]) + pick([*columns, 0.0])
    size = count if negatives == "hardest" else count * count
    return total if reduction == "sum" else total / size


@settings(deadline=None, max_examples=60)
@given(
    views=steps(),
    margin=st.floats(0.01, 2),
    negatives=st.sampled_from(["hardest", "all"]),
    reduction=st.sampled_from(["sum", "mean"]),
)
def test_triplet(views: Views, margin: float, negatives: str, reduction: str) -> None:
    loss = Triplet(LossContext(("visual", "target")), margin, negatives, reduction)  # type: ignore[arg-type]
    expected = triplet_by_loops(views, "visual", "target", margin, negatives, reduction)
    assert loss(views).item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(views=steps(), temperature=st.floats(0.02, 3))
def test_infonce(views: Views, temperature: float) -> None:
    scores, subjects = arrays(views, "source", "back")
    total = 0.0
    for i in range(len(subjects)):
        competing = [i, *(j for j in range(len(subjects)) if subjects[j] != subjects[i])]
        for row in (scores[i], scores[:, i]):
            total += math.log(sum(math.exp((row[j] - row[i]) / temperature) for j in competing))
    loss = InfoNCE(LossContext(("source", "back")), temperature)
    assert loss(views).item() == pytest.approx(total / len(subjects) / 2, rel=1e-6, abs=1e-12)


def softmax(row: np.ndarray) -> np.ndarray:
    powers = np.exp(row - row.max())
    return powers / powers.sum()


@settings(deadline=None, max_examples=40)
@given(views=steps(), temperature=st.floats(0.05, 3))
def test_similarity_view(views: Views, temperature: float) -> None:
    teacher, subjects = arrays(views, "visual", "cross")
    student, _ = arrays(views, "visual", "target")
    total = 0.0
    for i in range(len(subjects)):
        for p, q in ((teacher[i], student[i]), (teacher[:, i], student[:, i])):
            total -= float((softmax(p / temperature) * np.log(softmax(q / temperature))).sum())
    loss = SimilarityView(LossContext(), temperature)
    assert loss(views).item() == pytest.approx(total / len(subjects) / 2, rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(views=steps(), transition=st.floats(0.05, 5))
def test_feature_views(views: Views, transition: float) -> None:
    target, teacher = (views.embeddings[view].numpy() for view in ("target", "cross"))  # type: ignore[index]
    away = np.abs(target - teacher)
    smooth = np.where(away < transition, away**2 / (2 * transition), away - transition / 2)
    assert FeatureView(LossContext(), transition)(views).item() == pytest.approx(smooth.mean(), rel=1e-9)
    cosines = (target * teacher).sum(1)
    assert CosineFeatureView(LossContext())(views).item() == pytest.approx((1 - cosines).mean(), rel=1e-9, abs=1e-12)


def test_the_cosine_form_is_the_published_feature_view_at_another_scale() -> None:
    """For unit vectors of width D, ``mean(d²)/8`` is ``(1 − cos)/(4 D)``."""
    generator = torch.Generator().manual_seed(0)
    target, cross = (functional.normalize(torch.randn(6, 32, generator=generator), dim=1) for _ in range(2))
    views = step({"target": target, "cross": cross})
    published, cosine = FeatureView(LossContext())(views), CosineFeatureView(LossContext())(views)
    assert cosine.item() == pytest.approx(published.item() * 4 * 32, rel=1e-5)


def test_of_equally_hard_negatives_only_the_first_gets_a_gradient() -> None:
    visual = torch.tensor([[1.0, 0.0]] * 3, requires_grad=True)
    target = torch.tensor([[1.0, 0.0]] * 3, requires_grad=True)
    Triplet(LossContext(("visual", "target")))(step({"visual": visual, "target": target})).backward()
    assert target.grad is not None
    # Pictures 0, 1, 2 push away texts 1, 0, 0 and pull their own. Where a text asks, its pull and push cancel here.
    assert target.grad[:, 0].tolist() == [2 - 1, 1 - 1, 0 - 1]


def test_copies_of_one_subject_do_not_push_one_another_apart() -> None:
    """A batch of one subject has no negatives; giving the copies subjects of their own makes them negatives."""
    embeddings: dict[View, Tensor] = {view: torch.tensor([[1.0, 0.0]] * 4) for view in ("visual", "target")}
    between: tuple[View, View] = ("visual", "target")
    for loss in (Triplet(LossContext(between)), InfoNCE(LossContext(between))):
        assert loss(step(embeddings, subjects=[7, 7, 7, 7])).item() == 0
        assert loss(step(embeddings, subjects=[0, 1, 2, 3])).item() > 0.1


@pytest.mark.parametrize("between", [("visual", "source"), ("back", "cross")])
def test_a_loss_reads_the_views_that_the_recipe_names(between: tuple[View, View]) -> None:
    generator = torch.Generator().manual_seed(1)
    embeddings: dict[View, Tensor] = {
        view: functional.normalize(torch.randn(5, 4, generator=generator), dim=1) for view in between
    }
    for loss_class in (Triplet, BackTranslation, InfoNCE):
        loss = loss_class(LossContext(between))
        assert loss.views == set(between)
        assert loss(step(embeddings)).item() > 0


WEIGHTED = {
    "infonce": lambda **options: InfoNCE(LossContext(("visual", "target")), **options),
    "similarity": lambda **options: SimilarityView(LossContext(), **options),
    "hardest": lambda **options: Triplet(LossContext(("visual", "target")), **options),
    "all, mean": lambda **options: Triplet(LossContext(("visual", "target")), 0.2, "all", "mean", **options),
}


def trusted(views: Views, confidence: list[float]) -> Views:
    return replace(views, confidence=torch.tensor(confidence, dtype=torch.float64))


@pytest.mark.parametrize("name", WEIGHTED)
@settings(deadline=None, max_examples=25)
@given(views=steps())
def test_equal_confidences_change_nothing_and_unasked_ones_are_not_read(name: str, views: Views) -> None:
    plain, weighted = WEIGHTED[name](), WEIGHTED[name](weighted=True)
    count = len(views.subjects)
    assert torch.equal(plain(trusted(views, [0.1 * (n + 1) for n in range(count)])), plain(views))
    assert weighted(trusted(views, [0.3] * count)).item() == pytest.approx(plain(views).item(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", WEIGHTED)
@settings(deadline=None, max_examples=25)
@given(views=steps())
def test_a_weighted_loss_is_the_mean_of_what_each_sample_loses(name: str, views: Views) -> None:
    """Linear in the confidences: those of two halves of the trust add up to the whole."""
    loss, count = WEIGHTED[name](weighted=True), len(views.subjects)
    first = [1.0 + (n % 2) for n in range(count)]
    second = [3.0 - weight for weight in first]
    parts = [loss(trusted(views, weights)).item() * sum(weights) for weights in (first, second)]
    assert sum(parts) == pytest.approx(WEIGHTED[name]()(views).item() * 3 * count, rel=1e-9, abs=1e-12)


def test_only_the_trusted_sample_counts() -> None:
    generator = torch.Generator().manual_seed(3)
    views = step({view: functional.normalize(torch.randn(4, 5, generator=generator), dim=1) for view in VIEWS})
    scores, _ = arrays(views, "visual", "target")
    row, column = np.exp(scores[2] / 0.07), np.exp(scores[:, 2] / 0.07)
    expected = -math.log(row[2] / row.sum()) / 2 - math.log(column[2] / column.sum()) / 2
    found = WEIGHTED["infonce"](weighted=True)(replace(views, confidence=torch.tensor([0.0, 0.0, 1.0, 0.0])))
    assert found.item() == pytest.approx(expected, rel=1e-4)


def test_weights_without_confidences_are_refused() -> None:
    with pytest.raises(ValueError, match="weighted: the step has no confidences"):
        WEIGHTED["infonce"](weighted=True)(step({"visual": torch.eye(2), "target": torch.eye(2)}))
