"""Numbers recorded from the published code, which lie beside the repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "parity"
MISSING = f"no recorded numbers at {FOLDER}"

Arrays = Mapping[str, np.ndarray]


def arrays_of(name: str) -> dict[str, np.ndarray]:
    """The arrays of one file."""
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as stored:
        return dict(stored)


def tensors_under(prefix: str, arrays: Arrays) -> dict[str, torch.Tensor]:
    """Arrays whose name starts with the prefix, by the rest of their name."""
    return {
        name.removeprefix(prefix): torch.from_numpy(array) for name, array in arrays.items() if name.startswith(prefix)
    }
