"""Goes on with smaller tiles when a device runs out of memory."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import torch

from crossret.errors import CrossretError

log = logging.getLogger(__name__)
Found = TypeVar("Found")


def halved_until_it_fits(attempt: Callable[[float], Found], memory_mb: float, smallest_mb: float) -> Found:
    """What an attempt within a memory budget gives; half the budget after each that runs out of memory.

    Args:
        attempt: computes everything anew within a budget in MiB.
        memory_mb: the first budget.
        smallest_mb: below this there is no use in trying.

    Raises:
        CrossretError: the device has too little memory even then.
    """
    while True:
        try:
            return attempt(memory_mb)
        except torch.OutOfMemoryError as error:
            reason = str(error).split(". ")[0]
        # Outside of the handler: until it ends, the traceback keeps the attempt's tensors alive.
        memory_mb /= 2
        if memory_mb < smallest_mb:
            raise CrossretError(f"the device has no memory left for one tile of scores ({reason})")
        log.warning("out of memory (%s): tiles of scores halved, now %.3g MiB", reason, memory_mb)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
