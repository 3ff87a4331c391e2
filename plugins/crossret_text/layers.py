"""Which layers of an encoder train."""

from __future__ import annotations

import re
from collections.abc import Sequence

from torch import nn

from crossret.errors import UsageError

TrainLayers = str | Sequence[int]


def layer_list(network: nn.Module, count: int) -> nn.ModuleList:
    """The stack of encoder layers: the one list of modules that is as long as the model says.

    Raises:
        UsageError: the model has no such list (its layers share weights, for example).
    """
    for module in network.modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return module
    raise UsageError(f"{type(network).__name__} has no list of {count} layers; expected train_layers 'all'")


def layer_numbers(train_layers: TrainLayers, count: int) -> list[int]:
    """Numbers of the layers that train, from 0, sorted.

    Raises:
        UsageError: the value is malformed, or names layers that the model has not.
    """
    numbers = _parsed(train_layers) if isinstance(train_layers, str) else sorted(set(train_layers))
    beyond = [number for number in numbers if not 0 <= number < count]
    if beyond:
        raise UsageError(f"train_layers {train_layers!r}: the model has no layer {beyond[0]}; it has 0-{count - 1}")
    return numbers


def _parsed(train_layers: str) -> list[int]:
    if train_layers == "none":
        return []
    ends = re.fullmatch(r"(\d+)-(\d+)", train_layers)
    if ends is None or int(ends[1]) > int(ends[2]):
        raise UsageError(f"train_layers is {train_layers!r}; expected 'all', 'none', a range such as '5-11' or a list")
    return list(range(int(ends[1]), int(ends[2]) + 1))
