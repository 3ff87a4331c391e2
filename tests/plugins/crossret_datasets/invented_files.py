"""Small invented data in the formats of published data sets, written below a folder."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

from PIL import Image


def write(path: Path, content: str) -> Path:
    """Write text, gzipped if the name ends in ``.gz``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = content.encode("utf-8")
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    return write(path, "".join(f"{line}\n" for line in lines))


def draw(path: Path, colour: tuple[int, int, int] = (200, 40, 40)) -> Path:
    """A picture of 12 by 8 pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 8), colour).save(path)
    return path


MULTI30K_LISTS = {
    "train": ("11.jpg", "12.jpg", "13.jpg"),
    "val": ("21.jpg", "22.jpg"),
    "test_2016_flickr": ("31.jpg", "32.jpg"),
    "test_2017_flickr": ("41.jpg",),
    "test_2017_mscoco": ("COCO_val2014_000000000051.jpg#7", "COCO_train2014_000000000052.jpg#8"),
    "test_2018_flickr": ("61.jpg",),
}


def write_multi30k(root: Path) -> Path:
    """Both tasks; a caption names its language, split and line, and in task 2 its file."""
    task1, task2 = root / "data" / "task1", root / "data" / "task2"
    for split, pictures in MULTI30K_LISTS.items():
        write_lines(task1 / "image_splits" / f"{split}.txt", pictures)
        for lang in ("en", "de", "fr") if "2017" in split else ("en", "de", "fr", "cs"):
            lines = [f"{lang} {split} {number}" for number in range(len(pictures))]
            write_lines(task1 / "raw" / f"{split}.{lang}.gz", lines)
    for split, of_task1 in (("train", "train"), ("val", "val"), ("test_2016", "test_2016_flickr")):
        write_lines(task2 / "image_splits" / f"{split}_images.txt", MULTI30K_LISTS[of_task1])
        for lang in ("en", "de"):
            for k in range(1, 6):
                lines = [f"{lang} {split} {number} {k}" for number in range(len(MULTI30K_LISTS[of_task1]))]
                write_lines(task2 / "raw" / f"{split}.{k}.{lang}.gz", lines)
    # As published: this list names the pictures of test_2018_flickr.
    write_lines(task2 / "image_splits" / "test_2017_images.txt", MULTI30K_LISTS["test_2018_flickr"])
    for pictures in MULTI30K_LISTS.values():
        for picture in pictures:
            name = picture.partition("#")[0]
            folder = name[5:14] if name.startswith("COCO_") else ""
            draw(root / "images" / folder / name)
    return root
