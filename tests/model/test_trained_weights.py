from __future__ import annotations

import pytest
import torch

from crossret.model.dual_encoder import DualEncoder
from crossret.model.text_tower import TextTower
from crossret.model.trained_weights import frozen_weights, load_trained_state, trained_state
from crossret.model.visual_tower import VisualTower
from crossret.recipe.models import TextRecipe, VisualRecipe
from crossret_text.subword import SubwordTiny


def model_of(seed: int, frozen: bool = True) -> DualEncoder:
    torch.manual_seed(seed)
    encoder = SubwordTiny(buckets=64, dimension=8, max_tokens=8).requires_grad_(not frozen)
    tower = TextTower(encoder, TextRecipe(width=16, heads=4, query_width=8, positions=8), 10, 0.0)
    return DualEncoder(VisualTower(6, VisualRecipe(hidden=8), 10, 0.0), tower)


def test_frozen_weights_of_the_encoder_are_left_out() -> None:
    model = model_of(0)
    assert frozen_weights(model) == {"text.encoder.table.weight"}
    kept = trained_state(model)
    assert set(model.state_dict()) - set(kept) == {"text.encoder.table.weight"}
    assert any(name.endswith("running_mean") for name in kept)


def test_nothing_is_left_out_if_all_trains() -> None:
    model = model_of(0, frozen=False)
    assert trained_state(model).keys() == model.state_dict().keys()


def test_loading_leaves_frozen_weights_alone() -> None:
    model, other = model_of(0), model_of(1)
    own = model.text.encoder.table.weight.clone()
    load_trained_state(model, trained_state(other))
    assert torch.equal(model.text.encoder.table.weight, own)
    for name, tensor in trained_state(other).items():
        assert torch.equal(model.state_dict()[name], tensor), name


def test_a_whole_state_is_loaded_whole() -> None:
    model, other = model_of(0), model_of(1)
    load_trained_state(model, other.state_dict())
    assert torch.equal(model.text.encoder.table.weight, other.text.encoder.table.weight)


def test_missing_and_unknown_tensors_are_named() -> None:
    model = model_of(0)
    state = trained_state(model)
    del state["visual.projection.0.weight"]
    with pytest.raises(RuntimeError, match=r"1 missing: visual\.projection\.0\.weight and 1 unknown: extra"):
        load_trained_state(model, state | {"extra": torch.zeros(1)})


def test_missing_weights_of_a_trained_encoder_are_an_error() -> None:
    with pytest.raises(RuntimeError, match=r"1 missing: text\.encoder\.table\.weight"):
        load_trained_state(model_of(0, frozen=False), trained_state(model_of(1)))
