from __future__ import annotations

import pytest
from torch import nn

from crossret.errors import UsageError
from crossret_text.layers import TrainLayers, layer_list, layer_numbers


@pytest.mark.parametrize(
    ("value", "numbers"),
    [("none", []), ("5-11", [5, 6, 7, 8, 9, 10, 11]), ("0-0", [0]), ([11, 3, 3], [3, 11]), ([], [])],
)
def test_reads_every_form(value: TrainLayers, numbers: list[int]) -> None:
    assert layer_numbers(value, 12) == numbers


@pytest.mark.parametrize("value", ["some", "5", "11-5", "-1-3", ""])
def test_malformed_value_says_what_is_expected(value: str) -> None:
    with pytest.raises(UsageError, match="expected 'all', 'none', a range"):
        layer_numbers(value, 12)


@pytest.mark.parametrize(("value", "layer"), [("5-12", 12), ([3, 40], 40), ([-1], -1)])
def test_layer_that_does_not_exist_is_named(value: TrainLayers, layer: int) -> None:
    with pytest.raises(UsageError, match=f"no layer {layer}; it has 0-11"):
        layer_numbers(value, 12)


def test_finds_the_stack_of_layers() -> None:
    stack = nn.ModuleList(nn.Linear(1, 1) for _ in range(3))
    network = nn.ModuleDict({"other": nn.ModuleList([nn.Linear(1, 1)]), "encoder": nn.ModuleDict({"layer": stack})})
    assert layer_list(network, 3) is stack
    with pytest.raises(UsageError, match="ModuleDict has no list of 4 layers"):
        layer_list(network, 4)
