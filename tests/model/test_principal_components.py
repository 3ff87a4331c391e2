from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.model.principal_components import PrincipalComponents, fit_principal_components
from crossret.model.visual_tower import VisualTower
from crossret.recipe.models import VisualRecipe


def features(count: int, dimension: int, rank: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    basis = rng.normal(size=(rank, dimension)) * np.geomspace(5, 0.5, rank)[:, None]
    return (rng.normal(size=(count, rank)) @ basis + rng.normal(size=dimension) * 3).astype(np.float32)


def transformed(values: np.ndarray, kept: int) -> np.ndarray:
    module = PrincipalComponents(values.shape[1], kept)
    module.load(fit_principal_components([values], kept))
    return module(torch.from_numpy(values)).numpy()


@settings(deadline=None, max_examples=40)
@given(
    count=st.integers(8, 60), dimension=st.integers(2, 12), rank=st.integers(1, 8), kept=st.integers(1, 12),
    seed=st.integers(0, 999),
)  # fmt: skip
def test_components_are_the_singular_directions_with_their_relative_strength(
    count: int, dimension: int, rank: int, kept: int, seed: int
) -> None:
    values = features(count, dimension, min(rank, dimension), seed)
    centred = values.astype(np.float64) - values.mean(0, dtype=np.float64)
    strengths = np.resize(np.append(np.linalg.svd(centred, compute_uv=False), np.zeros(dimension)), dimension)
    found = transformed(values, kept)
    assert found.shape == (count, kept)
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-3)
    norms = np.linalg.norm(found, axis=0)
    used = min(kept, dimension)
    expected = strengths[:used] / np.sqrt((strengths[:used] ** 2).sum() / count / used)
    np.testing.assert_allclose(norms[:used], expected, rtol=1e-2, atol=2e-3)
    assert (norms[used:] == 0).all()
    assert (found[:, :used] ** 2).mean() == pytest.approx(1, rel=1e-2)
    cross = found.T @ found
    assert np.abs(cross - np.diag(np.diag(cross))).max() <= 1e-3 * max(1.0, np.abs(cross).max())


def test_with_all_components_kept_distances_keep_their_proportions() -> None:
    values = features(30, 6, 6, 0)
    before = torch.cdist(torch.from_numpy(values), torch.from_numpy(values))
    after = torch.from_numpy(transformed(values, 6))
    ratio = torch.cdist(after, after)[0, 1:] / before[0, 1:]
    torch.testing.assert_close(ratio, ratio[:1].expand_as(ratio), rtol=1e-3, atol=0)


def test_directions_without_variance_are_zero_and_not_blown_up() -> None:
    values = np.zeros((20, 6), np.float32)
    values[:, :2] = np.random.default_rng(0).normal(size=(20, 2))
    basis = fit_principal_components([values], 5)[1:]
    assert (np.linalg.norm(basis[:2], axis=1) > 0.1).all()
    assert (basis[2:] == 0).all()
    constant = fit_principal_components([np.ones((5, 3), np.float32)], 2)
    np.testing.assert_array_equal(constant, [[1, 1, 1], [0, 0, 0], [0, 0, 0]])


def test_the_fit_does_not_depend_on_the_order_of_items() -> None:
    values = features(40, 8, 8, 3)
    shuffled = values[np.random.default_rng(1).permutation(40)]
    np.testing.assert_allclose(
        fit_principal_components([values], 4), fit_principal_components([shuffled], 4), rtol=1e-4, atol=1e-6
    )


def test_the_tower_keeps_them_with_its_weights_and_does_not_train_them() -> None:
    values = features(40, 8, 8, 3)
    tower = VisualTower(8, VisualRecipe(hidden=5, principal_components=3), 4, 0.0)
    assert tower.principal_components is not None
    tower.principal_components.load(fit_principal_components([values], 3))
    other = VisualTower(8, VisualRecipe(hidden=5, principal_components=3), 4, 0.0)
    other.load_state_dict(tower.state_dict())
    inputs = torch.from_numpy(values)
    torch.testing.assert_close(tower.eval()(inputs), other.eval()(inputs))
    assert not any("principal" in name for name, _ in tower.named_parameters())
    moved = tower(inputs + torch.from_numpy(np.linalg.svd(values - values.mean(0))[2][-1]))
    torch.testing.assert_close(moved, tower(inputs), rtol=1e-3, atol=1e-4)


@settings(deadline=None, max_examples=30)
@given(cuts=st.lists(st.integers(1, 39), max_size=5, unique=True), seed=st.integers(0, 99))
def test_blocks_are_one_set_of_features(cuts: list[int], seed: int) -> None:
    values = features(40, 6, 4, seed)
    blocks = np.split(values, sorted(cuts))
    np.testing.assert_allclose(
        fit_principal_components(blocks, 3), fit_principal_components([values], 3), rtol=1e-4, atol=1e-5
    )
