"""Divides items into ``train``, ``val`` and ``test`` by their ids alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def divide(items: Iterable[str], seed: int, val: float, test: float) -> dict[str, str]:
    """Split by item. The same items and seed give the same splits, in whatever order the items come.

    Items are ordered by a hash of seed and id; the first share is for testing, the next for validation, the rest for
    training. A share above zero gets at least one item.
    """
    ordered = sorted(set(items), key=lambda item: hashlib.sha256(f"{seed}/{item}".encode()).digest())
    tests, validations = (_count(share, len(ordered)) for share in (test, val))
    names = ["test"] * tests + ["val"] * validations
    names += ["train"] * (len(ordered) - len(names))
    return dict(zip(ordered, names, strict=False))


def _count(share: float, of: int) -> int:
    return max(1, round(share * of)) if share > 0 else 0
