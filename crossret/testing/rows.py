"""A cache of arrays that forgets everything with the check."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np


class KeptRows:
    """Implements :class:`crossret.contracts.text.RowCache` in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], np.ndarray] = {}

    def __call__(
        self, kind: str, key: str, shape: tuple[int, ...], dtype: str, blocks: Callable[[], Iterable[np.ndarray]]
    ) -> np.ndarray:
        """The array, computed once."""
        if (kind, key) not in self._kept:
            parts = list(blocks())
            rows = np.concatenate(parts) if parts else np.empty(shape, dtype)
            self._kept[kind, key] = rows.astype(dtype).reshape(shape)
        return self._kept[kind, key]
