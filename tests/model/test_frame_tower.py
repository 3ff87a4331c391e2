from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from crossret.contracts.visual import Frames
from crossret.errors import UsageError
from crossret.model.frame_tower import FrameTower
from crossret.recipe.models import FramesRecipe, VisualRecipe

SMALL = VisualRecipe(hidden=8, frames=FramesRecipe(heads=2, query_width=4, positions=6, most=6))


def small_tower(recipe: VisualRecipe = SMALL, backbone: nn.Module | None = None) -> FrameTower:
    torch.manual_seed(1)
    return FrameTower(5, recipe, 7, 0.0, backbone)


def clips(lengths: list[int], seed: int = 0, dimension: int = 5) -> Frames:
    states = torch.randn(len(lengths), max(lengths), dimension, generator=torch.Generator().manual_seed(seed))
    return Frames(states, torch.arange(max(lengths)) < torch.tensor(lengths)[:, None])


@settings(deadline=None, max_examples=30)
@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=5), seed=st.integers(0, 99))
def test_a_clip_is_embedded_the_same_in_any_batch_whatever_lies_in_the_padding(lengths: list[int], seed: int) -> None:
    tower, batch = small_tower().eval(), clips(lengths, seed)
    with torch.no_grad():
        together = tower(batch)
        noisy = tower(Frames(torch.where(batch.mask[..., None], batch.states, 1e3), batch.mask))
        torch.testing.assert_close(together, noisy)
        torch.testing.assert_close(together.norm(dim=1), torch.ones(len(lengths)))
        for row, (states, length) in enumerate(zip(batch.states, lengths, strict=True)):
            alone = tower(Frames(states[None, :length], torch.ones(1, length, dtype=torch.bool)))
            torch.testing.assert_close(alone[0], together[row], rtol=1e-4, atol=1e-5)


def test_the_order_of_frames_matters() -> None:
    tower, batch = small_tower().eval(), clips([4])
    backwards = tower(Frames(batch.states.flip(1), batch.mask))
    assert (tower(batch) - backwards).abs().max() > 1e-3


def test_a_trained_backbone_sees_real_frames_only_and_gets_gradients() -> None:
    seen: list[Tensor] = []
    backbone = nn.Sequential(nn.Flatten(), nn.Linear(12, 5))
    backbone.dimension = 5
    backbone.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    tower = small_tower(backbone=backbone)
    pixels = torch.randn(2, 3, 3, 2, 2)
    mask = torch.tensor([[True, True, True], [True, False, False]])
    tower(Frames(pixels, mask)).sum().backward()
    torch.testing.assert_close(seen[0], torch.cat([pixels[0], pixels[1, :1]]))
    assert backbone[1].weight.grad is not None
    assert {"backbone.1.weight", "sequence.positions.weight", "head.linear.weight"} <= set(tower.state_dict())


def test_principal_components_come_before_the_projection() -> None:
    tower = small_tower(SMALL.model_copy(update={"principal_components": 3})).eval()
    assert tower.sequence.projection[2].in_features == 3
    assert tower.principal_components is not None
    tower.principal_components.basis.copy_(torch.eye(5)[:, :3])
    first = clips([2, 4])
    other = Frames(first.states + torch.tensor([0.0, 0, 0, 5, 5]), first.mask)
    torch.testing.assert_close(tower(first), tower(other))


def test_hidden_must_split_into_the_heads_of_the_attention_block() -> None:
    with pytest.raises(UsageError, match=r"model\.visual: hidden 9 is not a multiple of frames\.heads 2"):
        small_tower(SMALL.model_copy(update={"hidden": 9}))


@pytest.mark.parametrize(
    ("given", "message"),
    [({"query_width": 12}, "query_width 12 is not a multiple of heads 8"), ({"most": 81}, "most 81 is more than")],
)
def test_a_recipe_of_frames_that_does_not_fit_is_refused(given: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FramesRecipe(**given)
