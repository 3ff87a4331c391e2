"""What tells the libraries of a worker how many threads to use."""

from __future__ import annotations

import os

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


def thread_variables(threads: int) -> dict[str, str]:
    """Variables for a worker's environment that the caller's does not have already."""
    return {name: str(threads) for name in THREAD_VARIABLES if name not in os.environ}
