"""Processes that a launcher (``torchrun``, ``accelerate launch``) started to do one job together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crossret.bench.devices import check_available, launched
from crossret.bench.runner import exclusive
from crossret.errors import UsageError

if TYPE_CHECKING:
    import torch
    import torch.distributed as dist

    from crossret.evaluation.spread import Spread
    from crossret.retrieval.peers import Peers
    from crossret.training.sharing import Sharing

# The first process translates, validates and writes while the others wait; that one has ended is noticed at once.
WAIT = timedelta(hours=24)


@contextmanager
def joined(device: str, out: Path) -> Iterator[Sharing]:
    """Join the launched processes, and hold the run folder for all of them.

    Args:
        device: name of the device, of which each process of a machine takes its own.
        out: the run folder.

    Raises:
        UsageError: there are more processes than GPUs, or the device cannot be shared.
        CrossretError: another run holds the folder.
    """
    from crossret.training.sharing import ALONE, AmongPeers

    with ExitStack() as held:
        sharing: Sharing = ALONE
        if launched() > 1:
            processes = held.enter_context(_processes(device))
            sharing = AmongPeers(processes.peers, processes.device)
        sharing.each(lambda: held.enter_context(exclusive(out)) if sharing.rank == 0 else None)
        yield sharing


@contextmanager
def spread_over(device: str) -> Iterator[tuple[Spread, bool]]:
    """Join the launched processes for an evaluation; also whether this one is the first, which tells its outcome.

    Args:
        device: name of the device, of which each process of a machine takes its own.

    Raises:
        UsageError: there are more processes than GPUs, or the device cannot be shared.
    """
    from crossret.evaluation.spread import IN_ONE_PROCESS, OverProcesses

    if launched() == 1:
        yield IN_ONE_PROCESS, True
        return
    with _processes(device) as found:
        yield OverProcesses(found.peers, found.numbers), found.peers.rank == 0


@dataclass(frozen=True)
class _Processes:
    """All that were launched.

    Attributes:
        numbers: their group over gloo, which waits on no device; ``None``: that of all is over gloo.
        device: of this process.
    """

    peers: Peers
    numbers: dist.ProcessGroup | None
    device: torch.device


@contextmanager
def _processes(name: str) -> Iterator[_Processes]:
    import torch.distributed as dist

    from crossret.retrieval.peers import Peers

    device = _own_device(name)
    if device.type == "cuda":
        dist.init_process_group("nccl", device_id=device)
        numbers = dist.new_group(backend="gloo", timeout=WAIT)
        assert isinstance(numbers, dist.ProcessGroup)
    else:
        dist.init_process_group("gloo", timeout=WAIT)
        numbers = None
    try:
        yield _Processes(Peers(numbers, device), numbers, device)
    finally:
        dist.destroy_process_group()


def _own_device(name: str) -> torch.device:
    """The device of this process."""
    import torch

    check_available(name)
    if name == "mps":
        raise UsageError("device 'mps' cannot be shared by several processes; try --device cpu")
    if name == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    # The same on all processes of a machine, of which the first tells it.
    local, processes = int(os.environ["LOCAL_RANK"]), int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if (count := torch.cuda.device_count()) < max(processes, local + 1):
        raise UsageError(f"{processes} processes, but this machine has {count} GPUs; start as many processes as GPUs")
    device = torch.device("cuda", local)
    torch.cuda.set_device(device)
    return device
