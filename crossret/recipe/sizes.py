"""Amounts of memory as people write them."""

from __future__ import annotations

import re

BYTES = {
    "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40,
}  # fmt: skip


def mebibytes(size: object) -> float:
    """``512MB`` or ``2 GiB`` in MiB; a bare number is MiB already.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(size, int | float) and not isinstance(size, bool):
        return float(size)
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", size) if isinstance(size, str) else None
    unit = found[2].upper() if found else None
    if found is None or (unit and unit not in BYTES):
        raise ValueError("expected a size such as 512MB or 2GiB")
    return float(found[1]) * (BYTES[unit] / 2**20 if unit else 1)
