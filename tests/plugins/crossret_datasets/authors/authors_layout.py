"""A tiny collection in the layout of the NRCCR authors, written by the test itself, with the traps of real files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

ENGLISH = ("a man   plays a guitar", "two dogs run", "player #5 scores a goal !", "a boat (it's old)")
CHINESE = ("一个男人在弹吉他。", "两只狗在跑", "“第5号”球员进球！", "一艘旧船")
BACK = ("A man plays guitar.", "Two dogs are running.", 'Player "No. 5" scored!', "An old boat.")


def write_lines(path: Path, lines: Iterable[str], end: str = "\n") -> Path:
    """Lines with an end after each but the last, as in the real target files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(end.join(lines).encode())
    return path


def write_vatex(root: Path) -> Path:
    """Two training clips of two captions, a validation and a test clip of two; returns the folder of texts."""
    texts = root / "vatex" / "TextData"
    train = [("vid_a_000001_000011", 0), ("vid_a_000001_000011", 1), ("-b", 0), ("-b", 1)]
    write_lines(texts / "vatextrain.caption.txt", _lines(train, "enc", ENGLISH))
    write_lines(texts / "vatextrain_google_enc2zh.caption.txt", reversed(_lines(train, "enc2zh", CHINESE)))
    write_lines(texts / "vatextrain_google_enc2zh2enc.caption.txt", _lines(train, "enc2zh2enc", BACK)[::-1], "\r\n")
    for split, clip in (("val", "vid_v"), ("test", "vid_t")):
        captions = [(clip, 0), (clip, 1)]
        chosen = slice(2, 4) if split == "test" else slice(0, 2)
        write_lines(texts / f"vatex{split}_zh.caption.txt", _lines(captions, "zh", CHINESE[chosen])[::-1])
        write_lines(texts / f"vatex{split}_google_zh2enc.caption.txt", _lines(captions, "zh2enc", BACK[chosen]))
    return texts


def write_multi30k(root: Path) -> Path:
    """Task 1 with German and French: three pictures for training, two each for validation and test."""
    folder = root / "multi30k"
    ids = {"train": ("11", "12", "13"), "val": ("22", "21"), "test": ("32", "31")}
    for split, name in (("train", "train_id"), ("val", "val_id"), ("test", "test_id_2016")):
        write_lines(folder / "FeatureData" / f"{name}.txt", ids[split])
    train = [(f"{picture}.jpg", 0) for picture in ids["train"]]
    texts = folder / "TextData"
    write_lines(texts / "multi30ktrain_enc.caption.txt", _lines(train, "enc", ENGLISH))
    for lang, mark in (("de", "_task1"), ("fr", "")):
        made = [f"{lang} {text}" for text in ENGLISH]
        write_lines(texts / f"multi30ktrain_google_enc2{lang}.caption.txt", _lines(train, f"enc2{lang}", made)[::-1])
        write_lines(texts / f"multi30ktrain_google_enc2{lang}2enc.caption.txt", _lines(train, f"enc2{lang}2enc", BACK))
        for split, year in (("val", ""), ("test", "_2016")):
            captions = [(f"{picture}.jpg", 0) for picture in sorted(ids[split])]
            write_lines(texts / f"multi30k{split}_{lang}{year}{mark}.caption.txt", _lines(captions, lang, made))
            write_lines(
                texts / f"multi30k{split}_google_{lang}2enc{year}{mark}.caption.txt",
                _lines(captions, f"{lang}2enc", BACK),
            )
    return texts


def _lines(captions: list[tuple[str, int]], tag: str, texts: Iterable[str]) -> list[str]:
    return [f"{visual}#{tag}#{k} {text}" for (visual, k), text in zip(captions, texts, strict=False)]


def by_id(captions: Iterable[object]) -> Mapping[str, str]:
    """Texts of captions by the part of their id that the file holds."""
    return {caption.id.split("/", 2)[2]: caption.text for caption in captions}  # type: ignore[attr-defined]


def write_bigfile(folder: Path, clips: Mapping[str, int], dimension: int = 4) -> np.ndarray:
    """Features of clips with so many frames each, rows shuffled; returns them in order of clips and frames."""
    folder.mkdir(parents=True)
    frames = {clip: [f"{clip}_{number}" for number in range(count)] for clip, count in clips.items()}
    names = [name for listed in frames.values() for name in listed]
    values = np.random.default_rng(0).standard_normal((len(names), dimension)).astype(np.float32)
    order = np.random.default_rng(1).permutation(len(names))
    values[order].astype("<f4").tofile(folder / "feature.bin")
    (folder / "id.txt").write_text(" ".join(names[place] for place in order))
    (folder / "shape.txt").write_text(f"{len(names)} {dimension}\n")
    (folder / "video2frames.txt").write_text(repr(frames))
    return values
