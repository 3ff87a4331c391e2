"""Numbers recorded from the published code, which lie beside the repository."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "parity"


def arrays_of(name: str) -> dict[str, np.ndarray]:
    """The arrays of one file; the test is skipped where they are not at hand."""
    path = FOLDER / f"{name}.npz"
    if not path.exists():
        pytest.skip(f"no reference arrays at {path}")
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


def tensors_under(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """Arrays whose name starts with the prefix, by the rest of their name."""
    return {
        name.removeprefix(prefix): torch.from_numpy(array) for name, array in arrays.items() if name.startswith(prefix)
    }


def assert_close(found: torch.Tensor, expected: np.ndarray, tolerance: float, *, relative: bool = False) -> None:
    """Entries differ by at most the tolerance, or by that share of the largest expected entry."""
    values = found.detach().numpy()
    assert values.shape == expected.shape
    scale = float(np.abs(expected).max(initial=0)) if relative else 1.0
    worst = float(np.abs(values - expected).max(initial=0))
    assert worst <= tolerance * scale, f"largest difference {worst:.3g}, allowed {tolerance * scale:.3g}"
