"""A dozen invented photos in the layout of the data, with its traps."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from PIL import Image

TRAIN, VAL, TEST = (tuple(str(first + n) for n in range(count)) for first, count in ((100, 8), (200, 2), (300, 2)))
LANGUAGES = {"en": "task1", "de": "task1", "fr": "task1", "cs": "task1", "pt-BR": "task1"}
WRITTEN = {"zh": "flickr8k-cn", "ar": "arabic-flickr8k"}


def sentence(photo: str, lang: str) -> str:
    return f'{lang} "photo" {photo}' if lang != "zh" else "一只狗"


def write_table(path: Path, header: str, rows: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{line}\n" for line in [header, *rows]).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def make_photo_folder(root: Path) -> Path:
    splits = {"train": TRAIN, "val": VAL, "test": TEST}
    photos = [(name, split) for split, names in splits.items() for name in names]
    write_table(
        root / "index.tsv",
        "id\tsplit\timage\tflickr8k_file",
        [f"{name}\t{split}\timages/{split}/{name}.jpg\t{name}_x.jpg" for name, split in photos],
    )
    for name, split in photos:
        path = root / "images" / split / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (int(name) % 256, 0, 0)).save(path)
    for lang, protocol in (LANGUAGES | WRITTEN).items():
        rows = [f"{name}\t{split}\t{protocol}\t0\thuman\t{sentence(name, lang)}" for name, split in photos]
        rows += [f"{name}\t{split}\t{protocol}\t1\thuman\tnot read {name}" for name, split in photos]
        if lang == "en":
            rows += [f"{name}\t{split}\ttask2\t0\thuman\tanother {name}" for name, split in photos]
            rows += [f"{name}\t{split}\ttask2\t1\thuman\t{sentence(name, lang)}" for name, split in photos]
        write_table(root / f"captions/{lang}.tsv.gz", "id\tsplit\tprotocol\tk\tby\ttext", rows)
    write_translations(root / "mt", photos)
    write_checksums(root)
    return root


def write_translations(folder: Path, photos: list[tuple[str, str]]) -> None:
    header = "id\tsplit\tprotocol\tk\tstatus\tn_tok\tunknown\tunknown_words\ttext"
    for name in ("en2fr", "en2fr2en", "en2pt", "en2pt2en"):
        rows = [f"{photo}\t{split}\ttask1\t0\tok\t3\t2/1\tx\t{name} {photo}" for photo, split in photos]
        rows[0] = f"{photos[0][0]}\t{photos[0][1]}\ttask1\t0\tfailed\t3\tx\t-\t"
        write_table(folder / f"apertium/{name}.tsv.gz", header, rows)
    for name in ("fr2en", "pt-BR2en"):
        rows = [f"{photo}\t{s}\ttask1\t0\tok\t3\t0/0\t-\t{name} {photo}" for photo, s in photos if s != "train"]
        write_table(folder / f"apertium/{name}.tsv.gz", header, rows)
    rows = [f"{photo}\t{split}\ttask1\t0\tok\t3\t-\t-\tneural {photo}" for photo, split in photos]
    write_table(folder / "bergamot/en2pt.tsv.gz", header, rows)
    chinese = [f"{photo}\ttrain\tflickr8k\t{k}\t{k - 3}\t中 {photo} {k}" for photo in TRAIN for k in (2, 3, 4)]
    write_table(folder / "google-2016/en2zh.tsv.gz", "id\tsplit\tprotocol\tk\ttask2_k\ttext", chinese)


def write_checksums(root: Path) -> None:
    files = sorted(path for path in root.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root)}" for path in files]
    (root / "SHA256SUMS").write_text("\n".join(lines) + "\n")
