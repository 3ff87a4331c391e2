from __future__ import annotations

import ast
import math
from pathlib import Path

import crossret_sigmoid_loss
import pytest
import torch
from crossret_sigmoid_loss.loss import Sigmoid
from torch.nn import functional

from crossret.contracts.loss import LossContext, Term, Views

BETWEEN = LossContext(("visual", "target"))


def step(count: int, subjects: list[int] | None = None, dtype: torch.dtype = torch.float64) -> Views:
    torch.manual_seed(count)
    embeddings = {v: functional.normalize(torch.randn(count, 5, dtype=dtype), dim=1) for v in ("visual", "target")}
    numbers = torch.tensor(list(range(count)) if subjects is None else subjects)
    return Views(embeddings, {}, numbers, torch.zeros(count, dtype=torch.int64))  # type: ignore[arg-type]


def by_hand(views: Views, scale: float, bias: float) -> float:
    """Pair by pair, as the paper's equation reads."""
    first, second = views.embeddings["visual"].tolist(), views.embeddings["target"].tolist()
    total = 0.0
    for i, x in enumerate(first):
        for j, y in enumerate(second):
            sign = 1 if views.subjects[i] == views.subjects[j] else -1
            logit = scale * sum(a * b for a, b in zip(x, y, strict=True)) + bias
            total += math.log1p(math.exp(-sign * logit))
    return total / len(first)


@pytest.mark.parametrize("subjects", [None, [0, 1, 0, 2]])
@pytest.mark.parametrize(("scale", "bias"), [(10.0, -10.0), (3.0, 0.5)])
def test_the_loss_is_that_of_every_pair(subjects: list[int] | None, scale: float, bias: float) -> None:
    views = step(4, subjects)
    assert Sigmoid(BETWEEN, scale, bias)(views).item() == pytest.approx(by_hand(views, scale, bias), rel=1e-6)


def test_it_is_symmetric() -> None:
    views = step(6)
    turned = Sigmoid(LossContext(("target", "visual")))(views)
    torch.testing.assert_close(Sigmoid(BETWEEN)(views), turned)


def test_gradients_of_embeddings_temperature_and_bias() -> None:
    views, loss = step(3), Sigmoid(BETWEEN).double()

    def of(visual: torch.Tensor, target: torch.Tensor, log_scale: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        given = Views({"visual": visual, "target": target}, {}, views.subjects, views.languages)
        return torch.func.functional_call(loss, {"log_scale": log_scale, "bias": bias}, (given,))

    inputs = [*views.embeddings.values(), torch.tensor(1.2, dtype=torch.float64), torch.tensor(-2.0).double()]
    assert torch.autograd.gradcheck(of, [value.requires_grad_() for value in inputs])


def test_temperature_and_bias_train_and_are_kept_by_a_state() -> None:
    torch.manual_seed(0)
    views, loss = step(8), Sigmoid(BETWEEN)
    optimiser = torch.optim.Adam(loss.parameters(), lr=0.05)
    before = loss(views).item()
    for _ in range(50):
        optimiser.zero_grad()
        loss(views).backward()
        optimiser.step()
    assert loss(views).item() < before
    again = Sigmoid(BETWEEN)
    again.load_state_dict(loss.state_dict())
    assert again(views).item() == loss(views).item()
    assert again.log_scale.item() != pytest.approx(math.log(20))


def test_large_logits_stay_finite() -> None:
    views = step(4, dtype=torch.float32)
    assert torch.isfinite(Sigmoid(BETWEEN, scale=1e4, bias=-1e4)(views))


@pytest.mark.parametrize(
    ("between", "options", "said"),
    [
        (("visual",), {}, "must name two views"),
        (("visual", "visual"), {}, "must name two views"),
        (("visual", "target"), {"scale": 0.0}, "scale: expected a positive number, found 0.0"),
        (("visual", "target"), {"scale": math.nan}, "scale: expected a positive number, found nan"),
    ],
)
def test_what_cannot_be_meant_is_refused(between: tuple[str, ...], options: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Sigmoid(LossContext(between), **options)  # type: ignore[arg-type]


def test_it_follows_the_contract() -> None:
    assert isinstance(Sigmoid(BETWEEN), Term)


def test_only_public_modules_of_crossret_are_imported() -> None:
    public = ("crossret.contracts", "crossret.hookspecs", "crossret.errors")
    for file in Path(crossret_sigmoid_loss.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert all(name.startswith(public) for name in names if name.partition(".")[0] == "crossret"), file
