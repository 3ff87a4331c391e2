"""Pictures: those of a data set as bytes for a page, and those that people upload, decoded within limits."""

from __future__ import annotations

import io
from collections import OrderedDict

from PIL import Image

from crossret.contracts.data import Item
from crossret.data.picture_bytes import TooManyPixelsError, decoded
from crossret.errors import DataError
from crossret.index.asking import StoredIndex
from crossret.serve.limits import RefusedError
from crossret.serve.models import Served

WIDEST = 320
MOST_KEPT = 512
MOST_PIXELS = 25_000_000


class Pictures:
    """Small WebP copies of gallery items; the last ones asked for are kept. For one thread."""

    def __init__(self) -> None:
        self._items: dict[str, dict[str, Item]] = {}
        self._kept: OrderedDict[tuple[str, str | None, str], bytes] = OrderedDict()

    def of(self, model: Served, name: str, index: str | None = None) -> bytes:
        """The picture of an item, by its id alone: no path is ever made of what was asked for.

        Args:
            model: whose galleries or indexes it is in.
            name: its id, or its row in an index.
            index: the index.

        Raises:
            RefusedError: there is no such item.
            DataError: the data set has clips or features, not pictures.
        """
        place = (model.id, index, name)
        if place not in self._kept:
            picture = self._in_gallery(model, name) if index is None else _in_index(model.indexes[index], name)
            self._kept[place] = _small(picture)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(place)
        return self._kept[place]

    def _in_gallery(self, model: Served, name: str) -> Image.Image:
        items = self._items_of(model)
        if name not in items:
            raise RefusedError(404, f"unknown item {name!r}")
        return model.assembly.dataset.image(items[name])

    def _items_of(self, model: Served) -> dict[str, Item]:
        if model.id not in self._items:
            dataset, protocol = model.assembly.dataset, model.assembly.protocol
            splits = (dataset.split(protocol, gallery) for gallery in model.galleries)
            self._items[model.id] = {item.id: item for split in splits for item in split.items}
        return self._items[model.id]


def _in_index(index: StoredIndex, row: str) -> Image.Image:
    if not (row.isdecimal() and row.isascii() and int(row) < index.count):
        raise RefusedError(404, f"unknown item {row!r}")
    return index.picture(int(row))


def _small(picture: Image.Image) -> bytes:
    copy = picture.convert("RGB")
    copy.thumbnail((WIDEST, WIDEST))
    file = io.BytesIO()
    copy.save(file, "WEBP", quality=88)
    return file.getvalue()


def uploaded(content: bytes) -> Image.Image:
    """A picture from outside, RGB, upright, on white where it is transparent.

    Raises:
        RefusedError: it has too many pixels, or it is no picture that can be read.
    """
    try:
        return decoded(content, MOST_PIXELS)
    except TooManyPixelsError as error:
        raise RefusedError(413, str(error)) from error
    except DataError as error:
        raise RefusedError(422, str(error)) from error
