"""Processes that train one model together: each computes its share of every batch, all judge the whole batch.

What a sample needs no other for is computed by the process that has it; its vectors go to all, every process computes
the heads and the objective of the whole batch, and hands the gradients of its own samples on. So batches, batch
statistics, negatives and opponents are those of one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from crossret.errors import UsageError
from crossret.retrieval.peers import Peers, answered
from crossret.training.seeds import random_state, restore_random_state

Found = TypeVar("Found")
Name = TypeVar("Name")


class Sharing(Protocol):
    """The processes that train one model.

    All of them call the same methods in the same order; work that fails in one fails in all.
    """

    @property
    def rank(self) -> int:
        """Number of this process; the one of number 0 validates, writes files and reports."""
        ...

    @property
    def size(self) -> int:
        """How many there are."""
        ...

    def each(self, work: Callable[[], Found]) -> Found:
        """What this process's work gives.

        Raises:
            Exception: what the work raised here.
            OutOfMemoryError: the work of another process had no memory.
            CrossretError: it failed in another process.
        """
        ...

    def of_first(self, work: Callable[[], float]) -> float:
        """What the first process's work gives; the others wait for it."""
        ...

    def longest(self, length: int) -> int:
        """The largest of all processes' numbers."""
        ...

    def joined(self, rows: Mapping[Name, Tensor], count: int) -> dict[Name, Tensor]:
        """Rows ``(n, …)`` of the own share → ``(count, …)`` of all shares in order; equal shapes but for ``n``."""
        ...

    def divide(self, parameters: Iterable[Tensor]) -> None:
        """Divide gradients that every process has alike, so that they count once when all are added up."""
        ...

    def add_up(self, parameters: Sequence[Tensor]) -> None:
        """Replace gradients by their sums over all processes."""
        ...

    def align(self, tensors: Iterable[Tensor]) -> None:
        """Overwrite tensors, and the state of the random numbers, with those of the first process."""
        ...


class Alone:
    """One process, whose share is everything."""

    rank = 0
    size = 1

    def each(self, work: Callable[[], Found]) -> Found:
        """Do it."""
        return work()

    def of_first(self, work: Callable[[], float]) -> float:
        """Do it."""
        return work()

    def longest(self, length: int) -> int:
        """Its own."""
        return length

    def joined(self, rows: Mapping[Name, Tensor], count: int) -> dict[Name, Tensor]:
        """All rows are here."""
        return dict(rows)

    def divide(self, parameters: Iterable[Tensor]) -> None:
        """Nothing counts twice."""

    def add_up(self, parameters: Sequence[Tensor]) -> None:
        """There is nobody else."""

    def align(self, tensors: Iterable[Tensor]) -> None:
        """There is nobody else."""


ALONE = Alone()


@dataclass(frozen=True)
class AmongPeers:
    """Several processes.

    Attributes:
        peers: for numbers and errors; over gloo, which waits on no device and notices at once when a process ends.
        group: for tensors on the device; default: all processes.
        device: of the model.
    """

    peers: Peers
    device: torch.device
    group: dist.ProcessGroup | None = None

    @property
    def rank(self) -> int:
        """Number of this process."""
        return self.peers.rank

    @property
    def size(self) -> int:
        """How many there are."""
        return self.peers.size

    def each(self, work: Callable[[], Found]) -> Found:
        """What the work gives here, if it failed nowhere."""
        return self.peers.each(work)

    def of_first(self, work: Callable[[], float]) -> float:
        """The first process's number."""
        return self._numbers(lambda: work() if self.rank == 0 else 0.0)[0]

    def longest(self, length: int) -> int:
        """The largest number."""
        return int(max(self._numbers(lambda: length)))

    def _numbers(self, work: Callable[[], float]) -> list[float]:
        number = self.each(work)
        return [found for (found,) in self.peers.all_of([number])]

    def joined(self, rows: Mapping[Name, Tensor], count: int) -> dict[Name, Tensor]:
        """The rows of all; whoever has no memory for them says so before any is sent."""
        shares = [share(count, rank, self.size) for rank in range(self.size)]
        most = max(len(each) for each in shares)
        sent, received = self.each(lambda: _room(rows, most, self.size))
        with answered():
            for name, buffer in sent.items():
                dist.all_gather(received[name], buffer, group=self.group)
        return {
            name: torch.cat([_typed(part[: len(each)], rows[name]) for part, each in zip(parts, shares, strict=True)])
            for name, parts in received.items()
        }

    def divide(self, parameters: Iterable[Tensor]) -> None:
        """By the number of processes."""
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.grad /= self.size

    def add_up(self, parameters: Sequence[Tensor]) -> None:
        """Sums; a gradient that no process has stays away, as an optimiser leaves such a parameter alone."""
        self.each(lambda: None)
        having = self.peers.total(torch.tensor([p.grad is not None for p in parameters], dtype=torch.int32))
        trained = [p for p, count in zip(parameters, having.tolist(), strict=True) if count]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad.contiguous() for p in trained]
        with answered():
            for sent in [dist.all_reduce(gradient, group=self.group, async_op=True) for gradient in gradients]:
                if sent is not None:
                    sent.wait()
        for parameter, gradient in zip(trained, gradients, strict=True):
            parameter.grad = gradient

    @torch.no_grad()
    def align(self, tensors: Iterable[Tensor]) -> None:
        """Those of the first process, bit by bit."""
        self.each(lambda: None)
        state = random_state(self.device)
        for tensor in (*tensors, *state.values()):
            sent = tensor.to(self.device).contiguous()
            with answered():
                dist.broadcast(sent, 0, group=self.group)
            tensor.copy_(sent)
        restore_random_state(state, self.device)


def share(count: int, rank: int, size: int) -> range:
    """The samples of ``count`` that a process computes; all shares in order are the batch.

    Raises:
        UsageError: there are more processes than samples.
    """
    if count < size:
        raise UsageError(f"a batch of {count} samples cannot be shared by {size} processes; start at most {count}")
    return range(count * rank // size, count * (rank + 1) // size)


Rooms = tuple[dict[Name, Tensor], dict[Name, list[Tensor]]]


def _room(rows: Mapping[Name, Tensor], most: int, size: int) -> Rooms[Name]:
    """What is sent, padded to the longest share, and where to put what comes; as bytes, of which every type is made."""
    sent = {}
    for name, found in rows.items():
        padded = found.new_zeros(most, *found.shape[1:])
        padded[: len(found)] = found
        sent[name] = padded.view(torch.uint8)
    return sent, {name: [torch.empty_like(buffer) for _ in range(size)] for name, buffer in sent.items()}


def _typed(received: Tensor, like: Tensor) -> Tensor:
    return received.view(like.dtype)
