"""Pictures in WebDataset shards: tar files whose members ``KEY.jpg``, ``KEY.json``, … are one sample."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL.Image import Image

from crossret.contracts.data import Item
from crossret.data.picture_bytes import decoded
from crossret.data.visual_inputs import VisualInputs
from crossret.errors import ComponentError, DataError, reason
from crossret.index.corpora import Batch, Corpus, Skipped

ENDINGS = ("jpg", "jpeg", "png", "webp")
# As many as Pillow reads without a warning: the sensor of a large camera, 270 MB of RGB.
MOST_PIXELS = 89_478_485
END_OF_TAR = bytes(1024)


def tar_corpus(place: str) -> Corpus | None:
    """The shards at a place: a folder of ``.tar`` files, one file, or a pattern such as ``shards-{000..099}.tar``.

    Returns:
        ``None`` if the place does not look like one.

    Raises:
        DataError: there is no shard, or one of the pattern is missing.
    """
    folder = Path(place)
    if folder.is_dir():
        paths = sorted(folder.glob("*.tar"))
        if not paths:
            raise DataError(f"{place}: no .tar file here; expected WebDataset shards")
    elif place.endswith(".tar"):
        paths = [Path(path) for path in _expanded(place)]
        missing = [path for path in paths if not path.is_file()]
        if missing:
            others = f", and {len(missing) - 1} more of {place}" if len(missing) > 1 else ""
            raise DataError(f"{missing[0]}: no such file{others}")
    else:
        return None
    return Corpus(place, [TarShard(path) for path in paths])


def _expanded(pattern: str) -> list[str]:
    if "{" not in pattern:
        return [pattern]
    return [str(path) for path in _webdataset().shardlists.expand_urls(pattern)]


def _webdataset() -> Any:
    try:
        import webdataset
    except ModuleNotFoundError as error:
        raise ComponentError(f"shards need {error.name}; try: pip install 'crossret[index]'") from error
    return webdataset


@dataclass(frozen=True)
class TarShard:
    """One tar file."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def signature(self) -> str:
        """Size and time of the last change."""
        stat = self.path.stat()
        return f"{self.path.resolve()} {stat.st_size} {stat.st_mtime_ns}"

    def content(self) -> str:
        """SHA-256 of the file."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def batches(self, visual: VisualInputs, size: int, skipped: Skipped) -> Iterator[Batch]:
        """Its pictures; samples without one, or with one that cannot be decoded, are skipped.

        Raises:
            DataError: the file is no tar, or cut off.
        """
        self._check_whole()
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1), "decoding") as threads:
            for samples in _batched(self._samples(), size):
                seen = threads.map(partial(_seen, visual), samples)
                good: dict[str, np.ndarray] = {}
                for sample, pixels in zip(samples, seen, strict=True):
                    if isinstance(pixels, str):
                        skipped(sample["__key__"], pixels)
                    else:
                        good[sample["__key__"]] = pixels
                if good:
                    items = [Item(key, "") for key in good]
                    yield Batch(list(good), visual.of_pixels(list(good.values()), items))

    def _samples(self) -> Iterator[dict[str, Any]]:
        samples = _webdataset().tariterators.tarfile_samples([{"url": str(self.path.resolve())}])
        try:
            yield from samples
        except (tarfile.TarError, OSError, EOFError, ValueError) as error:
            # The reader adds its open file to what is said.
            raise DataError(f"{self.path}: {reason(type(error)(*error.args[:1]))}") from error

    def _check_whole(self) -> None:
        # Read as a stream, a tar that is damaged or cut off between two members seems to end there.
        try:
            with tarfile.open(self.path, "r:") as tar:
                for _ in tar:
                    tar.members = []  # type: ignore[attr-defined]
                end = tar.offset
        except tarfile.TarError as error:
            raise DataError(f"{self.path}: not a whole tar file ({error})") from error
        with self.path.open("rb") as file:
            file.seek(end)
            if file.read(len(END_OF_TAR)) != END_OF_TAR:
                raise DataError(f"{self.path}: not a whole tar file (damaged or cut off at byte {end:,})")


def _batched(samples: Iterator[dict[str, Any]], size: int) -> Iterator[tuple[dict[str, Any], ...]]:
    while found := tuple(islice(samples, size)):
        yield found


def _seen(visual: VisualInputs, sample: dict[str, Any]) -> np.ndarray | str:
    """The picture of a sample as the backbone takes it, or why there is none."""
    content = next((sample[ending] for ending in ENDINGS if ending in sample), None)
    if content is None:
        return f"no picture; expected .{', .'.join(ENDINGS)}"
    try:
        return visual.pixels_of(decoded(content, MOST_PIXELS))
    except DataError as error:
        return str(error)


def picture_in(path: Path, key: str) -> Image:
    """The picture of one sample, found without reading the others.

    Raises:
        DataError: the file or the sample is not there any more, or it cannot be decoded.
    """
    try:
        place = _pictures_of(path, TarShard(path).signature).get(key)
        if place is None:
            raise DataError(f"{path}: no picture of sample {key!r} any more")
        with path.open("rb") as file:
            file.seek(place[1])
            return decoded(file.read(place[2]), MOST_PIXELS)
    except (OSError, tarfile.TarError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error


@lru_cache(maxsize=8)
def _pictures_of(path: Path, signature: str) -> dict[str, tuple[int, int, int]]:
    """By key: which of the endings, where it begins and how long it is."""
    found: dict[str, tuple[int, int, int]] = {}
    split = _webdataset().tariterators.base_plus_ext
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            key, ending = split(member.name)
            if member.isreg() and ending and ending.lower() in ENDINGS:
                place = ENDINGS.index(ending.lower()), member.offset_data, member.size
                found[key] = min(place, found.get(key, place))
    return found
