"""Visual inputs of some items as the tower reads them: a tensor of pictures, or padded frames of clips."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from crossret.contracts.visual import Frames
from crossret.data.ragged import Ragged

Inputs = np.ndarray | Ragged


def input_batch(inputs: Inputs, items: np.ndarray, device: torch.device) -> Tensor | Frames:
    """Inputs ``(N, …)`` of some items, or their frames."""
    if isinstance(inputs, Ragged):
        values, mask = inputs.padded(items)
        return Frames(_moved(values, device), _moved(mask, device))
    return _moved(np.array(inputs[items]), device)


def _moved(values: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(values).to(device, non_blocking=True)


class ResidentArray:
    """Inputs of pictures that stay on a device."""

    def __init__(self, inputs: np.ndarray, device: torch.device) -> None:
        self._values = _moved(np.array(inputs), device)

    def take(self, items: np.ndarray) -> Tensor:
        """Inputs ``(N, …)`` of some items."""
        return self._values[_moved(items, self._values.device)]


class ResidentFrames:
    """Frames of clips that stay on a device, unpadded."""

    def __init__(self, inputs: Ragged, device: torch.device) -> None:
        self._values = _moved(np.array(inputs.rows()), device)
        self._lengths = inputs.lengths
        self._starts = np.cumsum(inputs.lengths) - inputs.lengths

    def take(self, items: np.ndarray) -> Frames:
        """Frames of some items, padded to the longest."""
        places = np.arange(self._lengths[items].max(initial=1))
        real = places < self._lengths[items, None]
        rows = np.where(real, self._starts[items, None] + places, 0)
        mask = _moved(real, self._values.device)
        states = self._values[_moved(rows, self._values.device)]
        return Frames(states.masked_fill(~mask.view(*mask.shape, *[1] * (states.dim() - 2)), 0), mask)
