"""What is asked of an index, and what is told meanwhile."""

from __future__ import annotations

from pathlib import Path

from crossret.index.embedding import Progress
from crossret.index.making import Order
from crossret.index.parts import Part


class Told:
    """What a run said."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.kept: list[bool] = []
        self.progress = Progress(self.notes.append, self._shard)

    def _shard(self, number: int, count: int, part: Part, old: bool) -> None:
        self.kept.append(old)


def order(place: Path | str) -> Order:
    return Order(str(place), {}, None, None, None, "float32", None, 64.0, 0.95)
