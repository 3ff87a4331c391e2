from __future__ import annotations

import pytest
import torch
from torch import nn

from crossret.model.visual_tower import VisualTower
from crossret.recipe.models import VisualRecipe


def test_a_trained_backbone_is_part_of_the_tower_and_gets_gradients() -> None:
    backbone = nn.Sequential(nn.Flatten(), nn.Linear(12, 5))
    backbone.dimension = 5
    tower = VisualTower(5, VisualRecipe(hidden=4), 3, 0.0, backbone)
    tower(torch.randn(6, 3, 2, 2)).sum().backward()
    assert backbone[1].weight.grad is not None
    assert {"backbone.1.weight", "projection.0.weight", "head.linear.weight"} <= set(tower.state_dict())


def test_features_go_straight_to_the_projection_of_a_tower_without_backbone() -> None:
    tower = VisualTower(5, VisualRecipe(hidden=4), 3, 0.0).eval()
    assert not any(name.startswith("backbone") for name in tower.state_dict())
    found = tower(torch.randn(2, 5))
    torch.testing.assert_close(found.norm(dim=1), torch.ones(2))


@pytest.mark.parametrize(("activation", "linear"), [(False, True), (True, False)])
def test_activation_is_what_makes_the_projection_non_linear(activation: bool, linear: bool) -> None:
    torch.manual_seed(0)
    tower = VisualTower(5, VisualRecipe(hidden=32, activation=activation), 3, 0.0).eval()
    x, y = torch.randn(2, 1, 5)
    left = tower.projection(x + y) + tower.projection(torch.zeros(1, 5))
    assert torch.allclose(left, tower.projection(x) + tower.projection(y), atol=1e-5) == linear
