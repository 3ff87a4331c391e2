"""What it takes to load a plugin: every command pays for it."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass

HEAVY = (
    "PIL",
    "accelerate",
    "jax",
    "numpy",
    "open_clip",
    "pandas",
    "scipy",
    "sentence_transformers",
    "sklearn",
    "tensorflow",
    "timm",
    "torch",
    "torchvision",
    "transformers",
)


@dataclass(frozen=True, slots=True)
class LoadCost:
    """Of one plugin.

    Attributes:
        milliseconds: by the clock, its imports included.
        imports: heavy libraries that it was the first to import.
    """

    milliseconds: float
    imports: tuple[str, ...]


@contextlib.contextmanager
def measured(costs: MutableMapping[str, LoadCost], key: str) -> Iterator[None]:
    """Note what is spent inside."""
    before, started = set(_heavy()), time.perf_counter()
    try:
        yield
    finally:
        spent = (time.perf_counter() - started) * 1000
        costs[key] = LoadCost(spent, tuple(name for name in _heavy() if name not in before))


def _heavy() -> tuple[str, ...]:
    return tuple(name for name in HEAVY if name in sys.modules)
