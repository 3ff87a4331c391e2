"""Processes that work on one problem through ``torch.distributed``: sums, numbers of all, and errors that all hear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from crossret.errors import CrossretError, reason

ERROR_BYTES = 1024
Found = TypeVar("Found")


class Peers:
    """The processes of a group.

    Attributes:
        rank: number of this process.
        size: how many there are.
    """

    def __init__(self, group: dist.ProcessGroup | None, device: torch.device) -> None:
        self._group = group
        # NCCL sends from the device, the others from the CPU.
        self._device = device if dist.get_backend(group) == "nccl" else torch.device("cpu")
        self.rank, self.size = dist.get_rank(group), dist.get_world_size(group)

    def total(self, values: Tensor) -> Tensor:
        """The sum over all processes, on the CPU."""
        summed = values.to(self._device, copy=True)
        dist.all_reduce(summed, group=self._group)
        return summed.cpu()

    def all_of(self, numbers: Sequence[float]) -> list[list[float]]:
        """As many numbers of each process, in float64."""
        mine = torch.tensor(numbers, dtype=torch.float64)
        return self._gathered(mine).tolist()

    def each(self, work: Callable[[], Found]) -> Found:
        """What this process's work gives; if it fails in one of them, it fails in all, so that none waits for ever.

        Raises:
            Exception: whatever the work raised here.
            CrossretError: it failed in another process, which is named.
        """
        try:
            found, error = work(), None
        except Exception as raised:
            found, error = None, raised
        told = b"" if error is None else reason(error).encode()[:ERROR_BYTES] or b"?"
        message = torch.tensor(list(told.ljust(ERROR_BYTES, b"\0")), dtype=torch.uint8)
        messages = [bytes(row.tolist()).rstrip(b"\0").decode(errors="replace") for row in self._gathered(message)]
        if error is not None:
            raise error
        for rank, text in enumerate(messages):
            if text:
                raise CrossretError(f"process {rank} of {self.size}: {text}")
        return found  # type: ignore[return-value]

    def _gathered(self, mine: Tensor) -> Tensor:
        mine = mine.to(self._device)
        everyone = [torch.empty_like(mine) for _ in range(self.size)]
        dist.all_gather(everyone, mine, group=self._group)
        return torch.stack(everyone).cpu()
