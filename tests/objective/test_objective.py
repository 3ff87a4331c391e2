from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from crossret.contracts.loss import LossContext, View, Views
from crossret.contracts.meta import Meta
from crossret.contracts.text import TokenStates
from crossret.errors import ComponentError, UsageError
from crossret.objective.objective import Objective, build_objective
from crossret.plugins import registry
from crossret.recipe.models import TermRecipe
from crossret.registry import Component, Registry


class Mean:
    """The mean of one view, as a loss."""

    def __init__(self, context: LossContext, scale: float = 1.0) -> None:
        self.context, self.scale = context, scale
        self.views: frozenset[View] = frozenset(context.between)

    def __call__(self, views: Views) -> Tensor:
        (view,) = self.views
        return views.embeddings[view].mean() * self.scale


class Learned(nn.Module):
    views: frozenset[View] = frozenset(("target",))

    def __init__(self, context: LossContext) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, views: Views) -> Tensor:
        return views.embeddings["target"].mean() * self.weight


class NoTerm:
    def __init__(self, context: LossContext) -> None: ...


NOT_A_LOSS = (
    r"loss 'none' of plugin 'tests' \(tests\): expected crossret.contracts.loss.Term, found an object of class NoTerm "
    "without 'views', '__call__'$"
)


def losses() -> Registry:
    found = Registry()
    for name, class_ in (("mean", Mean), ("learned", Learned), ("none", NoTerm)):
        found.add(Component("loss", name, f"{__name__}:{class_.__name__}", Meta(), "tests", "tests"))
    return found


def objective(**terms: TermRecipe) -> Objective:
    return build_objective(terms, losses(), 8, ("es", "fr"))


def views(dtype: torch.dtype = torch.float32) -> Views:
    embeddings: dict[View, Tensor] = {
        view: torch.full((2, 3), float(n + 1), dtype=dtype, requires_grad=True)
        for n, view in enumerate(("visual", "source", "target"))
    }  # type: ignore[assignment]
    return Views(embeddings, {}, torch.arange(2), torch.zeros(2, dtype=torch.int64))


def mean(view: View, weight: float, **options: Any) -> TermRecipe:
    return TermRecipe(loss="mean", between=(view,), weight=weight, options=options)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_total_is_the_weighted_sum_and_every_term_is_shown_with_its_weight(dtype: torch.dtype) -> None:
    made = objective(a=mean("visual", 0.5), b=mean("source", 2, scale=3), c=mean("target", 0.1))
    step = views(dtype)
    total, terms = made(step)
    assert {name: value.item() for name, value in terms.items()} == pytest.approx({"a": 0.5, "b": 12, "c": 0.3})
    assert total.item() == pytest.approx(12.8)
    assert total.dtype == dtype
    assert not any(value.requires_grad for value in terms.values())
    total.backward()
    gradients = {view: step.embeddings[view].grad for view in step.embeddings}
    for view, expected in (("visual", 0.5), ("source", 6), ("target", 0.1)):
        torch.testing.assert_close(gradients[view], torch.full((2, 3), expected / 6, dtype=dtype))  # type: ignore[index]


def test_views_are_those_of_the_terms_and_no_others() -> None:
    assert objective(a=mean("visual", 1)).views == {"visual"}
    assert objective(a=mean("visual", 1), b=mean("back", 1)).views == {"visual", "back"}


def test_a_term_is_told_where_it_stands() -> None:
    made = objective(a=mean("back", 1))
    context = made.terms["a"].context  # type: ignore[attr-defined]
    assert context == LossContext(("back",), 8, ("es", "fr"))


def test_parameters_of_terms_train_but_not_those_of_opponents() -> None:
    recipes = {"learned": TermRecipe(loss="learned"), "plain": mean("visual", 1)}
    learned = build_objective(recipes, losses(), 8, ("es",))
    assert set(learned.modules()) == {"learned"}
    assert len(list(learned.parameters())) == 1
    assert not learned.adversarial()
    adversary = build_objective({"adversary": TermRecipe(loss="language-adversary")}, registry(), 8, ("es",))
    assert not adversary.modules()
    assert not list(adversary.parameters())
    assert set(adversary.adversarial()) == {"adversary"}


def test_opponents_step_and_their_figures_carry_the_terms_name() -> None:
    recipes = {
        "first": TermRecipe(loss="language-adversary", options={"head": "weak"}),
        "second": TermRecipe(loss="language-adversary", options={"head": "mlp"}),
    }
    made = build_objective(recipes, registry(), 8, ("es",))
    before = {
        name: {key: value.clone() for key, value in term.auxiliary_state().items()}
        for name, term in made.adversarial().items()
    }
    states = TokenStates(torch.randn(2, 4, 8), torch.ones(2, 4, dtype=torch.bool))
    step = views()
    with_states = Views(step.embeddings, {"source": states, "target": states}, step.subjects, step.languages)
    figures = made.auxiliary_step(with_states)
    assert set(figures) == {"first.discriminator", "second.discriminator"}
    for name, term in made.adversarial().items():
        after = term.auxiliary_state()
        assert any(not torch.equal(value, after[key]) for key, value in before[name].items())
    assert objective(a=mean("visual", 1)).auxiliary_step(step) == {}


def test_a_loss_that_breaks_its_contract_is_refused() -> None:
    with pytest.raises(ComponentError, match=NOT_A_LOSS):
        objective(a=TermRecipe(loss="none"))


def test_unknown_losses_and_options_are_refused() -> None:
    with pytest.raises(UsageError, match="unknown loss 'maen'; did you mean 'mean'"):
        objective(a=TermRecipe(loss="maen"))
    with pytest.raises(UsageError, match="unknown option of loss 'mean' 'scael'; did you mean 'scale'"):
        objective(a=mean("visual", 1, scael=2))


def test_the_published_objective_reads_all_five_views() -> None:
    recipes = {
        "source": TermRecipe(loss="triplet", between=("visual", "source")),
        "target": TermRecipe(loss="triplet", between=("visual", "target"), weight=0.6),
        "similarity": TermRecipe(loss="similarity-view", weight=0.4),
        "feature": TermRecipe(loss="feature-view", weight=0.1),
        "cycle": TermRecipe(loss="back-translation", weight=0.5),
        "adversarial": TermRecipe(loss="language-adversary", weight=0.001),
    }
    made = build_objective(recipes, registry(), 8, ("zh",))
    assert made.views == {"visual", "source", "target", "back", "cross"}
    del recipes["cycle"]
    assert "back" not in build_objective(recipes, registry(), 8, ("zh",)).views
