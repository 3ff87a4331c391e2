"""A number of ours beside the recorded one, and how far apart they may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

Values = torch.Tensor | npt.ArrayLike


@dataclass(frozen=True, eq=False)
class Comparison:
    """One array.

    Attributes:
        tolerance: largest difference of an entry; or, if ``relative``, that share of the largest recorded entry.
    """

    name: str
    found: np.ndarray
    expected: np.ndarray
    tolerance: float
    relative: bool = False

    @classmethod
    def of(cls, name: str, found: Values, expected: Values, tolerance: float, *, relative: bool = False) -> Comparison:
        return cls(name, _float64(found), _float64(expected), tolerance, relative)

    @property
    def difference(self) -> float:
        """Largest difference of an entry."""
        if self.found.shape != self.expected.shape:
            return float("inf")
        return float(np.abs(self.found - self.expected).max(initial=0))

    @property
    def scale(self) -> float:
        """Largest recorded entry."""
        return float(np.abs(self.expected).max(initial=0))

    @property
    def relative_difference(self) -> float:
        """The difference as a share of the largest recorded entry; of zeros, the difference itself."""
        return self.difference / (self.scale or 1.0)

    @property
    def used(self) -> float:
        """Share of the tolerance that the difference takes; at most 1 if they agree."""
        return self.difference / (self.tolerance * (self.scale if self.relative else 1.0))

    def __str__(self) -> str:
        return f"{self.name}: largest difference {self.difference:.3g}, {self.used:.2f} of what is allowed"


def _float64(values: Values) -> np.ndarray:
    plain = values.detach().cpu().numpy() if isinstance(values, torch.Tensor) else values
    return np.array(plain, dtype=np.float64)
