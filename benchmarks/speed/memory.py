"""Most memory that something takes: of a GPU, or resident in this process (Linux)."""

from __future__ import annotations

from pathlib import Path


class Peak:
    """The peak since the last reset, beyond what was taken then."""

    def __init__(self, device: str) -> None:
        self._cuda = device.startswith("cuda")
        self._before = 0

    def reset(self) -> None:
        """Start anew."""
        if self._cuda:
            import torch

            torch.cuda.reset_peak_memory_stats()
        else:
            Path("/proc/self/clear_refs").write_text("5")
        self._before = self._bytes()

    def mebibytes(self) -> float:
        """Since then."""
        return (self._bytes() - self._before) / 2**20

    def _bytes(self) -> int:
        if self._cuda:
            import torch

            return torch.cuda.max_memory_allocated()
        status = Path("/proc/self/status").read_text()
        return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
