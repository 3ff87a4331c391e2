from __future__ import annotations

import ast
import itertools
import math
from pathlib import Path

import crossret_sinkhorn
import numpy as np
import pytest
import torch
from crossret_sinkhorn.loss import SinkhornView
from crossret_sinkhorn.plan import log_plan
from scipy.optimize import linprog
from torch import Tensor
from torch.nn import functional

from crossret.contracts.loss import LossContext, Term, View, Views


def cost_of(rows: int, columns: int, seed: int = 0) -> Tensor:
    return torch.rand(rows, columns, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def cheapest(cost: Tensor) -> float:
    """The optimum without entropy, as a linear programme."""
    rows, columns = cost.shape
    weights = np.zeros((rows + columns, rows * columns))
    for i, j in itertools.product(range(rows), range(columns)):
        weights[i, i * columns + j] = weights[rows + j, i * columns + j] = 1
    sums = [1 / rows] * rows + [1 / columns] * columns
    solved = linprog(cost.flatten().numpy(), A_eq=weights, b_eq=sums)
    assert solved.success
    return float(solved.fun)


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (4, 7), (8, 3), (1, 6)])
@pytest.mark.parametrize("seed", range(3))
def test_with_little_entropy_the_plan_costs_what_a_linear_programme_finds(rows: int, columns: int, seed: int) -> None:
    cost = cost_of(rows, columns, seed)
    plan = log_plan(cost, 1e-3, 20_000).exp()
    assert float((plan * cost).sum()) == pytest.approx(cheapest(cost), abs=2e-3)


def test_with_little_entropy_the_plan_is_the_best_assignment() -> None:
    cost = cost_of(6, 6)
    plan = log_plan(cost, 1e-3, 20_000).exp() * 6
    best = min(itertools.permutations(range(6)), key=lambda p: sum(float(cost[i, j]) for i, j in enumerate(p)))
    assert plan.argmax(1).tolist() == list(best)


def test_much_entropy_spreads_the_plan_evenly() -> None:
    plan = log_plan(cost_of(4, 5), 1e4, 50).exp()
    torch.testing.assert_close(plan, torch.full((4, 5), 1 / 20, dtype=torch.float64), rtol=1e-3, atol=0)


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (4, 7), (8, 3)])
@pytest.mark.parametrize("epsilon", [0.02, 0.1, 1.0])
def test_the_marginals_are_uniform(rows: int, columns: int, epsilon: float) -> None:
    plan = log_plan(cost_of(rows, columns), epsilon, 2000).exp()
    torch.testing.assert_close(plan.sum(1), torch.full((rows,), 1 / rows, dtype=torch.float64))
    torch.testing.assert_close(plan.sum(0), torch.full((columns,), 1 / columns, dtype=torch.float64))


def test_the_plan_is_optimal_with_its_entropy() -> None:
    """Only of the optimum is ``log P + C/ε`` a sum of a row's and a column's number."""
    cost, epsilon = cost_of(4, 5), 0.1
    rest = log_plan(cost, epsilon, 500) + cost / epsilon
    differences = rest - rest[:1] - rest[:, :1] + rest[0, 0]
    torch.testing.assert_close(differences, torch.zeros_like(differences), rtol=0, atol=1e-9)


def test_fifty_iterations_suffice_at_the_default_entropy() -> None:
    units = functional.normalize(torch.randn(2, 128, 32, generator=torch.Generator().manual_seed(1)), dim=2)
    plan = log_plan(1 - units[0] @ units[1].T, 0.05, 50).exp()
    assert (plan.sum(0) * 128 - 1).abs().max() < 0.02


def test_costs_far_above_the_entropy_stay_finite() -> None:
    assert torch.isfinite(log_plan(cost_of(6, 6).float() * 2, 1e-3, 50)).all()


# --- the loss ------------------------------------------------------------------------------------------------------


def step(count: int = 4, dtype: torch.dtype = torch.float64) -> dict[View, Tensor]:
    torch.manual_seed(count)
    names: tuple[View, ...] = ("visual", "target", "cross")
    return {view: functional.normalize(torch.randn(count, 6, dtype=dtype), dim=1) for view in names}


def views(embeddings: dict[View, Tensor]) -> Views:
    count = len(embeddings["visual"])
    return Views(embeddings, {}, torch.arange(count), torch.zeros(count, dtype=torch.int64))


def loss(**options: float) -> SinkhornView:
    return SinkhornView(LossContext(), **options)  # type: ignore[arg-type]


def test_it_is_the_cross_entropy_to_the_plan_in_both_directions() -> None:
    given = step()
    plan = log_plan(1 - given["visual"] @ given["cross"].T, 0.1, 50).exp()
    student = given["visual"] @ given["target"].T / 0.07
    forward = -(plan / plan.sum(1, keepdim=True) * student.log_softmax(1)).sum(1).mean()
    back = -(plan / plan.sum(0, keepdim=True) * student.log_softmax(0)).sum(0).mean()
    # The plan is made in single precision.
    assert loss(epsilon=0.1)(views(given)).item() == pytest.approx(((forward + back) / 2).item(), rel=1e-5)


def test_gradients_reach_the_student_and_the_items_but_not_the_teacher() -> None:
    given = {view: value.requires_grad_() for view, value in step().items()}
    loss()(views(given)).backward()
    assert given["cross"].grad is None
    assert all(given[view].grad.abs().sum() > 0 for view in ("visual", "target"))  # type: ignore[union-attr, index]


def test_the_students_gradient_is_that_of_a_fixed_target() -> None:
    given = step()

    def of(target: Tensor) -> Tensor:
        return loss()(views(given | {"target": target}))

    assert torch.autograd.gradcheck(of, [given["target"].clone().requires_grad_()])


def test_a_student_that_agrees_with_the_teacher_pays_less() -> None:
    given = step(8)
    agreeing = given | {"target": given["cross"]}
    assert loss()(views(agreeing)) < loss()(views(given))


def test_an_item_that_all_texts_are_near_to_is_not_the_target_of_all() -> None:
    """What the plan adds to a softmax: the hub's column cannot hold more than one text's share."""
    hub = torch.tensor([[1.0, 0.9, 0.9], [0.0, 0.1, 0.05], [0.0, 0.05, 0.1]]).T
    softmax = (hub / 0.05).softmax(1)
    plan = log_plan(1 - hub, 0.05, 500).exp() * 3
    assert softmax[:, 0].min() > 0.99
    assert plan.argmax(1).tolist() == [0, 1, 2]
    torch.testing.assert_close(plan[:, 0].sum(), torch.tensor(1.0), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_loss_is_finite_and_of_the_type_of_its_views(dtype: torch.dtype) -> None:
    found = loss()(views(step(16, dtype)))
    assert torch.isfinite(found)
    assert found.dtype == dtype


@pytest.mark.parametrize("name", ["temperature", "epsilon", "iterations"])
def test_numbers_that_are_not_positive_are_refused(name: str) -> None:
    for value in (0, -1, math.nan):
        with pytest.raises(ValueError, match=f"{name}: expected a positive number, found"):
            loss(**{name: value})


def test_a_choice_of_views_is_refused() -> None:
    with pytest.raises(ValueError, match="leave out 'between'"):
        SinkhornView(LossContext(("visual", "target")))


def test_it_follows_the_contract() -> None:
    assert isinstance(loss(), Term)


def test_only_public_modules_of_crossret_are_imported() -> None:
    public = ("crossret.contracts", "crossret.hookspecs", "crossret.errors")
    for file in Path(crossret_sinkhorn.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert all(name.startswith(public) for name in names if name.partition(".")[0] == "crossret"), file
