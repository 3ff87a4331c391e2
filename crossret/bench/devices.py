"""Where a job computes, and what the machine says about itself."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import sys
from typing import TYPE_CHECKING

from crossret.contracts.execution import threads_per_job
from crossret.errors import UsageError, unknown
from crossret.plugins import plugins
from crossret.results.record import Environment

if TYPE_CHECKING:
    import torch
    from accelerate import Accelerator

NAMES = ("auto", "cpu", "cuda", "mps")
REPORTED = ("torch", "numpy", "scipy", "accelerate")


def check_name(device: str) -> None:
    """Refuse a device that does not exist.

    Raises:
        UsageError: naming the nearest.
    """
    if device not in NAMES:
        raise unknown("device", device, NAMES)


def check_available(device: str) -> None:
    """Refuse a device that this machine lacks; ``auto`` and ``cpu`` are always there.

    Raises:
        UsageError: unknown device, or one that this machine lacks.
    """
    check_name(device)
    if device in ("auto", "cpu"):
        return
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("device 'cuda': this machine has no usable CUDA device; try --device cpu")
    if device == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device 'mps': not available on this machine; try --device cpu")


def launched() -> int:
    """How many processes a launcher (``torchrun``, ``accelerate launch``) started; 1: there was none."""
    given = os.environ.get("WORLD_SIZE", "")
    return int(given) if given.isdecimal() and "LOCAL_RANK" in os.environ else 1


def accelerator_for(device: str, precision: str) -> Accelerator:
    """An accelerator on the named device; ``auto`` takes the best there is. Sets the number of CPU threads.

    Raises:
        UsageError: unknown device, or one that this machine lacks.
    """
    import torch
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState, PartialState

    check_available(device)
    torch.set_num_threads(threads_per_job())
    # Where there is no GPU, accelerate takes launched processes for many trainings on the CPU unless it is named.
    cpu = device == "cpu" or (launched() > 1 and not torch.cuda.is_available())
    # The state is shared by all accelerators of a process; a worker runs several jobs, one after another.
    AcceleratorState._reset_state(reset_partial_state=True)
    PartialState._reset_state()
    return Accelerator(mixed_precision=precision, cpu=cpu)


def environment(device: torch.device, precision: str) -> Environment:
    """Versions, device and plugins, for a record."""
    import torch

    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    versions = {"python": platform.python_version()}
    versions |= {package: importlib.metadata.version(package) for package in ("crossret", *REPORTED)}
    return Environment(
        device=name,
        threads=torch.get_num_threads(),
        precision=precision,
        versions=versions,
        plugins={row.key: row.version for row in plugins().rows if not row.error},
    )


def peak_memory_mb() -> float:
    """Largest resident size of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024
