"""What is embedded: shards that are read one at a time, each with a key of its content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from crossret.data.input_batches import Inputs
from crossret.data.visual_inputs import VisualInputs

Skipped = Callable[[str, str], None]
"""Told the id of an item that cannot be read, and why."""


@dataclass(frozen=True)
class Batch:
    """Inputs of some items, and their ids."""

    ids: Sequence[str]
    inputs: Inputs


class CorpusShard(Protocol):
    """A part of a corpus that is embedded as a whole or not at all."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def signature(self) -> str:
        """Cheap to compute; as long as it is the same, the content is."""
        ...

    def content(self) -> str:
        """A hash of everything that its embeddings depend on, but the model; may read all of it.

        Raises:
            DataError: it cannot be read.
        """
        ...

    def batches(self, visual: VisualInputs, size: int, skipped: Skipped) -> Iterator[Batch]:
        """Its items, at most ``size`` at a time.

        Args:
            visual: makes inputs of pictures.
            size: most items that are held at once.
            skipped: told of items that are left out.

        Raises:
            DataError: the shard is damaged.
        """
        ...


@dataclass(frozen=True)
class Corpus:
    """Shards in the order of the index.

    Attributes:
        name: what messages call it.
    """

    name: str
    shards: Sequence[CorpusShard]
