"""Means of training figures, kept on the device so that a step never waits for them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


class RunningMeans:
    """Sums of scalars by name since the last reset, and how many of each were finite, by the names of a step."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.finite: dict[tuple[str, ...], Tensor] = {}
        self.count = 0

    def add(self, figures: Mapping[str, Tensor]) -> None:
        """Add one step's detached scalars."""
        for name, value in figures.items():
            self.sums[name] = self.sums[name] + value if name in self.sums else value.clone()
        if figures:
            names, device = tuple(figures), next(iter(figures.values())).device
            values = torch.stack([value.to(device, torch.float32) for value in figures.values()])
            # The difference of infinity to itself is no number either.
            finite = (values - values == 0).int()
            self.finite[names] = self.finite[names] + finite if names in self.finite else finite
        self.count += 1

    def means(self) -> dict[str, float]:
        """Means so far; the one point where the device is waited for."""
        return {name: float(value) / self.count for name, value in self.sums.items()} if self.count else {}

    def first_unfinite(self) -> tuple[str, ...]:
        """Figures that were the first to be no finite number, and so in most steps; empty if all always were."""
        lacking: dict[str, int] = {}
        for names, finite in self.finite.items():
            steps = int(finite.max())
            lacking |= {name: steps - count for name, count in zip(names, finite.tolist(), strict=True)}
        most = max(lacking.values(), default=0)
        return tuple(name for name, count in lacking.items() if count == most and most)

    def reset(self) -> None:
        """Start over."""
        self.sums, self.finite, self.count = {}, {}, 0

    def state(self) -> dict[str, Tensor]:
        """For a checkpoint."""
        return {"count": torch.tensor(self.count), **{f"sum.{name}": value for name, value in self.sums.items()}}

    def load(self, state: Mapping[str, Tensor], device: torch.device) -> None:
        """Continue from :meth:`state`."""
        self.count = int(state["count"])
        self.sums = {n.removeprefix("sum."): v.to(device) for n, v in state.items() if n.startswith("sum.")}
