"""Items of a registered data set, cut into shards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL.Image import DecompressionBombError

from crossret.contracts.data import Dataset, Item, Split
from crossret.contracts.visual import PixelBackbone
from crossret.data.array_cache import key_of
from crossret.data.checks import checked_split
from crossret.data.visual_inputs import VisualInputs
from crossret.errors import DataError, unknown
from crossret.index.corpora import Batch, Corpus, Skipped

ALL = "all"
SHARD = 4096


def gallery_corpus(name: str, dataset: Dataset, protocol: str, gallery: str | None) -> Corpus:
    """The items of a gallery; default: the protocol's first; ``all``: those of every split, each once.

    Raises:
        UsageError: there is no such gallery.
        DataError: the data cannot be read.
    """
    items = items_of(dataset, protocol, gallery)
    parts = [items[start : start + SHARD] for start in range(0, len(items), SHARD)]
    return Corpus(name, [GalleryShard(dataset, number, part) for number, part in enumerate(parts)])


def items_of(dataset: Dataset, protocol: str, gallery: str | None) -> tuple[Item, ...]:
    """Items in gallery order.

    Raises:
        UsageError: there is no such gallery.
    """
    info = dataset.protocols[protocol]
    every = info.galleries if info.test_only else ("train", "val", *info.galleries)
    if gallery not in (None, ALL, *every):
        raise unknown("gallery", str(gallery), (*every, ALL))
    names = every if gallery == ALL else (gallery or info.galleries[0],)
    return tuple(dict.fromkeys(item for name in names for item in checked_split(dataset, protocol, name).items))


@dataclass(frozen=True)
class GalleryShard:
    """Some items of a data set."""

    dataset: Dataset
    number: int
    items: Sequence[Item]

    @property
    def name(self) -> str:
        """By its number."""
        return f"part {self.number + 1}"

    @property
    def signature(self) -> str:
        """That of the whole data set, and the ids."""
        return key_of(self.dataset.fingerprint(), *(item.id for item in self.items))

    def content(self) -> str:
        """As the signature: a data set knows its own fingerprint."""
        return self.signature

    def batches(self, visual: VisualInputs, size: int, skipped: Skipped) -> Iterator[Batch]:
        """Its items; those that cannot be read are skipped."""
        pictures = isinstance(visual.backbone, PixelBackbone)
        for start in range(0, len(self.items), size):
            items = self.items[start : start + size]
            found = self._seen(visual, items, skipped) if pictures else self._looked_up(visual, items, skipped)
            if found is not None:
                yield found

    def _seen(self, visual: VisualInputs, items: Sequence[Item], skipped: Skipped) -> Batch | None:
        good: list[Item] = []
        pixels: list[np.ndarray] = []
        for item in items:
            try:
                pixels.append(visual.pixels_of(self.dataset.image(item)))
                good.append(item)
            except (DataError, OSError, SyntaxError, ValueError, DecompressionBombError) as error:
                skipped(item.id, " ".join(str(error).split()))
        return Batch([item.id for item in good], visual.of_pixels(pixels, good)) if good else None

    def _looked_up(self, visual: VisualInputs, items: Sequence[Item], skipped: Skipped) -> Batch | None:
        """Stored features, or frames of clips: all at once, or without those that fail alone."""
        try:
            return Batch([item.id for item in items], visual.of(Split(self.name, tuple(items))))
        except DataError:
            good = tuple(item for item in items if self._is_there(visual, item, skipped))
            return Batch([item.id for item in good], visual.of(Split(self.name, good))) if good else None

    def _is_there(self, visual: VisualInputs, item: Item, skipped: Skipped) -> bool:
        try:
            visual.of(Split(self.name, (item,)))
        except DataError as error:
            skipped(item.id, str(error))
            return False
        return True
