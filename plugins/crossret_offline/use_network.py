"""The network of USE-multilingual v3 up to its pooling, differentiable (Yang et al., 2020)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

CHUNKS = 17
# Length of the n-grams of the three branches, and how many tokens of each stand before the current one.
BRANCHES = ((2, 0), (3, 1), (5, 2))


class Branch(nn.Module):
    """Two convolutions over n-grams, each added to its input."""

    def __init__(self, order: int, before: int, width: int) -> None:
        super().__init__()
        self.padding = (before, order - 1 - before)
        self.first = nn.Conv1d(width, width, order)
        self.second = nn.Conv1d(width, width, order)

    def forward(self, states: Tensor, real: Tensor) -> Tensor:
        """States ``(N, W, L)``, zero where ``real`` ``(N, 1, L)`` is, → the same shape."""
        found = self._with(self.first, states) * real
        return self._with(self.second, found)

    def _with(self, convolution: nn.Conv1d, states: Tensor) -> Tensor:
        convolved: Tensor = convolution(functional.pad(states, self.padding))
        return states + functional.relu(convolved)


class UseNetwork(nn.Module):
    """Piece ids → one state per token, whose sum, divided by the root of their number, is the pooled vector.

    The table of 128,010 pieces stays in 6 bits and does not train; what follows it does.
    """

    table: Tensor
    scale: Tensor
    low: Tensor

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        super().__init__()
        width = arrays["proj2"].shape[1]
        table = np.stack([arrays[f"q{chunk + 1}"] for chunk in range(CHUNKS)], axis=1)
        self.register_buffer("table", torch.from_numpy(table.reshape(-1, table.shape[2])), persistent=False)
        self.register_buffer("scale", torch.from_numpy(arrays["scale"]), persistent=False)
        self.register_buffer("low", torch.from_numpy(arrays["lo"]), persistent=False)
        epsilon = float(arrays["eps"])
        joined = {name: _joined(arrays, name) for name in ("proj", "proj_b", "ln_g", "ln_b")}
        self.projection = _linear(joined["proj"], joined["proj_b"])
        self.projection_norm = _norm(joined["ln_g"], joined["ln_b"], epsilon)
        self.branches = nn.ModuleList([_branch(arrays, order, before, width) for order, before in BRANCHES])
        self.norm = _norm(arrays["ln_g"], arrays["ln_b"], epsilon)
        self.output = _linear(arrays["cnn_W"], arrays["cnn_b"])

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Ids ``(N, L)`` → states ``(N, L, 512)``."""
        chunk = (ids % CHUNKS).unsqueeze(2)
        words = self.table[ids] * self.scale[chunk] + self.low[chunk]
        real = mask.unsqueeze(1)
        parts = (self.projection_norm(self.projection(words)).transpose(1, 2) * real).chunk(len(self.branches), dim=1)
        grams = [branch(part, real).transpose(1, 2) for branch, part in zip(self.branches, parts, strict=True)]
        states: Tensor = self.output(self.norm(torch.cat([words, *grams], dim=2)))
        return states


def read_use(path: Path) -> UseNetwork:
    """The network with the weights of the package's file."""
    with np.load(path, allow_pickle=False) as stored:
        return UseNetwork(dict(stored))


def _joined(arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    """The parts of the three branches side by side: their normalisation runs over all of them."""
    return np.concatenate([arrays[f"{name}{order}"] for order, _ in BRANCHES], axis=-1)


def _branch(arrays: dict[str, np.ndarray], order: int, before: int, width: int) -> Branch:
    branch = Branch(order, before, width)
    for number, convolution in enumerate((branch.first, branch.second), start=1):
        kernel = arrays[f"w{number}_{order}"].reshape(order, width, width).transpose(2, 1, 0)
        convolution.weight = _parameter(kernel)
        convolution.bias = _parameter(arrays[f"b{number}_{order}"])
    return branch


def _linear(weight: np.ndarray, bias: np.ndarray) -> nn.Linear:
    inputs, outputs = weight.shape
    layer = nn.Linear(inputs, outputs, device="meta")
    layer.weight, layer.bias = _parameter(weight.T), _parameter(bias)
    return layer


def _norm(weight: np.ndarray, bias: np.ndarray, epsilon: float) -> nn.LayerNorm:
    layer = nn.LayerNorm(len(weight), eps=epsilon)
    layer.weight, layer.bias = _parameter(weight), _parameter(bias)
    return layer


def _parameter(values: np.ndarray) -> nn.Parameter:
    return nn.Parameter(torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)))
