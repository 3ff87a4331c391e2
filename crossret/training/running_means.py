"""Means of training figures, kept on the device so that a step never waits for them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


class RunningMeans:
    """Sums of scalars by name since the last reset."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.count = 0

    def add(self, figures: Mapping[str, Tensor]) -> None:
        """Add one step's detached scalars."""
        for name, value in figures.items():
            self.sums[name] = self.sums[name] + value if name in self.sums else value.clone()
        self.count += 1

    def means(self) -> dict[str, float]:
        """Means so far; the one point where the device is waited for."""
        return {name: float(value) / self.count for name, value in self.sums.items()} if self.count else {}

    def reset(self) -> None:
        """Start over."""
        self.sums, self.count = {}, 0

    def state(self) -> dict[str, Tensor]:
        """For a checkpoint."""
        return {"count": torch.tensor(self.count), **{f"sum.{name}": value for name, value in self.sums.items()}}

    def load(self, state: Mapping[str, Tensor], device: torch.device) -> None:
        """Continue from :meth:`state`."""
        self.count = int(state["count"])
        self.sums = {n.removeprefix("sum."): v.to(device) for n, v in state.items() if n.startswith("sum.")}
