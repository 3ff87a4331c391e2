"""A model that a command is given as a path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossret.bench.checkpoints import Checkpoint


def read_on(path: Path, device: str) -> Checkpoint:
    """The checkpoint at a path, on a device by name.

    Raises:
        DataError: there is none.
        UsageError: this machine lacks the device.
    """
    from crossret.bench.checkpoints import read_checkpoint
    from crossret.bench.devices import accelerator_for
    from crossret.plugins import registry

    return read_checkpoint(path, registry(), str(accelerator_for(device, "no").device))
