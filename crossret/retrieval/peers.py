"""Processes that work on one problem through ``torch.distributed``: sums, numbers of all, and errors that all hear."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from crossret.errors import CrossretError, reason

ERROR_BYTES = 1024
# The first byte of a message says what kind of error it is.
FINE, FAILED, NO_MEMORY = range(3)
# In the attributes of an error that all processes have heard of.
TOLD = "told_to_peers"
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
        with answered():
            dist.all_reduce(summed, group=self._group)
        return summed.cpu()

    def all_of(self, numbers: Sequence[float]) -> list[list[float]]:
        """As many numbers of each process, in float64."""
        mine = torch.tensor(numbers, dtype=torch.float64)
        return self._gathered(mine).tolist()

    def joined(self, rows: Tensor) -> Tensor:
        """Rows ``(n, D)`` of every process, n of its own each, one after another, on the device of the rows."""
        counts = [int(count) for (count,) in self.all_of([len(rows)])]
        padded = rows.new_zeros(max(counts), *rows.shape[1:])
        padded[: len(rows)] = rows
        everyone = self._gathered(padded)
        return torch.cat([found[:count] for found, count in zip(everyone, counts, strict=True)]).to(rows.device)

    def each(self, work: Callable[[], Found]) -> Found:
        """What this process's work gives; if it fails in one of them, it fails in all, so that none waits for ever.

        Work may call :meth:`each` itself.

        Raises:
            Exception: whatever the work raised here.
            OutOfMemoryError: the work of another process, which is named, had no memory.
            CrossretError: it failed in another process, which is named, or another process has ended.
        """
        try:
            found, failed = work(), None
        except Exception as raised:
            found, failed = None, raised
        try:
            if failed is None or TOLD not in vars(failed):
                failed = self._heard(failed)
            if failed is not None:
                vars(failed)[TOLD] = True
                raise failed
        finally:
            # Its traceback holds this frame: held by it in turn, it would keep everything alive that failed.
            del failed
        return found  # type: ignore[return-value]

    def _heard(self, failed: Exception | None) -> Exception | None:
        """Tell the others what failed here; what failed here or there, if anything did."""
        kind = FINE if failed is None else NO_MEMORY if isinstance(failed, torch.OutOfMemoryError) else FAILED
        told = b"" if failed is None else reason(failed).encode()[: ERROR_BYTES - 1]
        message = torch.tensor(list(bytes([kind]) + told.ljust(ERROR_BYTES - 1, b"\0")), dtype=torch.uint8)
        messages = [bytes(row.tolist()) for row in self._gathered(message)]
        if failed is not None:
            return failed
        for error, kind in ((CrossretError, FAILED), (torch.OutOfMemoryError, NO_MEMORY)):
            for rank, (found, *text) in enumerate(messages):
                if found == kind:
                    said = bytes(text).rstrip(b"\0").decode(errors="replace")
                    return error(f"process {rank} of {self.size}: {said}")
        return None

    def _gathered(self, mine: Tensor) -> Tensor:
        mine = mine.to(self._device)
        everyone = [torch.empty_like(mine) for _ in range(self.size)]
        with answered():
            dist.all_gather(everyone, mine, group=self._group)
        return torch.stack(everyone).cpu()


@contextmanager
def answered() -> Iterator[None]:
    """Around what waits for the other processes.

    Raises:
        CrossretError: one of them has ended.
    """
    try:
        yield
    except RuntimeError as error:
        raise CrossretError("another process has ended or cannot be reached; its own message says why") from error
