"""The four published collections in the layout of the NRCCR authors, a dozen items each; a BERT of twelve layers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = ("red", "green", "blue", "yellow", "black", "white")
THINGS = ("ball", "boat")
TRAIN, VAL, TEST = range(100, 112), range(200, 206), range(300, 306)
SPLITS = {"train": TRAIN, "val": VAL, "test": TEST}
FRAMES = 3


def write_all(root: Path) -> None:
    """Everything that the suites read below their root."""
    write_multi30k(root / "multi30k")
    write_mscoco(root / "mscoco")
    write_clips(root / "vatex", "vatex", "i3d_kinetics", per_item=2, width=6)
    write_clips(root / "msrvttcn", "msrvttcn", "resnext101-resnet152", per_item=1, width=8)


def write_multi30k(home: Path) -> None:
    """Both tasks in three languages, pictures, and ResNet features."""
    lists, texts = home / "FeatureData", home / "TextData"
    for split, name in (("train", "train_id"), ("val", "val_id"), ("test", "test_id_2016")):
        _write(lists / f"{name}.txt", (str(number) for number in SPLITS[split]))
    for stem, per_item in (("multi30ktrain", 1), ("Flickr30ktrain", 2)):
        _captions(texts / f"{stem}_enc.caption.txt", TRAIN, "enc", per_item)
        for lang in ("de", "fr", "cs"):
            _captions(texts / f"{stem}_google_enc2{lang}.caption.txt", TRAIN, f"enc2{lang}", per_item)
            _captions(texts / f"{stem}_google_enc2{lang}2enc.caption.txt", TRAIN, f"enc2{lang}2enc", per_item)
    for split, year in (("val", ""), ("test", "_2016")):
        for lang, task, per_item in (("de", "_task1", 1), ("de", "", 2), ("fr", "", 1), ("cs", "", 1)):
            end = f"{year}{task}.caption.txt"
            _captions(texts / f"multi30k{split}_{lang}{end}", SPLITS[split], lang, per_item)
            _captions(texts / f"multi30k{split}_google_{lang}2enc{end}", SPLITS[split], f"{lang}2enc", per_item)
    _pictures(home / "flickr30k-images")
    features = lists / "resnet_152"
    features.mkdir()
    for split, name in (("train", "train"), ("val", "val"), ("test", "test_2016_flickr")):
        np.save(features / f"{name}-resnet_152-avgpool.npy", _vectors(SPLITS[split], 5))


def write_mscoco(home: Path) -> None:
    """Chinese and Japanese, and pictures."""
    texts = home / "TextData"
    _captions(texts / "mscocotrain_enc.caption.txt", TRAIN, "enc", 2)
    for lang, test in (("zh", "mscocotest"), ("ja", "mscocotest_1k")):
        _captions(texts / f"mscocotrain_google_enc2{lang}.caption.txt", TRAIN, f"enc2{lang}", 2)
        _captions(texts / f"mscocotrain_google_enc2{lang}2enc.caption.txt", TRAIN, f"enc2{lang}2enc", 2)
        for stem, split in (("mscocoval", "val"), (test, "test")):
            _captions(texts / f"{stem}_{lang}.caption.txt", SPLITS[split], lang, 1)
            _captions(texts / f"{stem}_google_{lang}2enc.caption.txt", SPLITS[split], f"{lang}2enc", 1)
    _pictures(home / "all_pics")


def write_clips(home: Path, name: str, feature: str, *, per_item: int, width: int) -> None:
    """One collection of clips in Chinese, and the features of their frames."""
    texts, features = home / "TextData", home / "FeatureData" / feature
    _captions(texts / f"{name}train.caption.txt", TRAIN, "enc", 2)
    _captions(texts / f"{name}train_google_enc2zh.caption.txt", TRAIN, "enc2zh", 2)
    _captions(texts / f"{name}train_google_enc2zh2enc.caption.txt", TRAIN, "enc2zh2enc", 2)
    for split in ("val", "test"):
        _captions(texts / f"{name}{split}_zh.caption.txt", SPLITS[split], "zh", per_item)
        _captions(texts / f"{name}{split}_google_zh2enc.caption.txt", SPLITS[split], "zh2enc", per_item)
    features.mkdir(parents=True)
    clips = [number for split in SPLITS.values() for number in split]
    frames = {str(clip): [f"{clip}_{frame}" for frame in range(FRAMES)] for clip in clips}
    names = [name for listed in frames.values() for name in listed]
    np.repeat(_vectors(clips, width), FRAMES, axis=0).astype("<f4").tofile(features / "feature.bin")
    (features / "id.txt").write_text(" ".join(names))
    (features / "shape.txt").write_text(f"{len(names)} {width}\n")
    (features / "video2frames.txt").write_text(repr(frames))


def write_bert(folder: Path) -> str:
    """A cased BERT of twelve small random layers whose words are letters; its tokenizer is saved as usual."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    letters = "abcdefghijklmnopqrstuvwxyzäéžABCDEFGHIJKLMNOPQRSTUVWXYZ红绿蓝0123456789.,"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=12,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=256,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizer({word: place for place, word in enumerate(words)}, do_lower_case=False).save_pretrained(folder)
    return str(folder)


def _captions(path: Path, numbers: range, tag: str, per_item: int) -> None:
    def lines() -> Iterator[str]:
        for number in numbers:
            for k in range(per_item):
                yield f"{number}#{tag}#{k} {tag[:2]} {_described(number)} {k}"

    _write(path, lines())


def _described(number: int) -> str:
    return f"{COLOURS[number % len(COLOURS)]} {THINGS[number // len(COLOURS) % len(THINGS)]}"


def _write(path: Path, lines: Iterator[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _vectors(numbers: list[int] | range, width: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    kinds = rng.standard_normal((len(COLOURS) * len(THINGS), width))
    noise = rng.standard_normal((len(numbers), width))
    return (kinds[[number % len(kinds) for number in numbers]] + 0.1 * noise).astype(np.float32)


def _pictures(folder: Path) -> None:
    folder.mkdir(parents=True)
    for numbers in SPLITS.values():
        for number in numbers:
            picture = Image.new("RGB", (40, 32), COLOURS[number % len(COLOURS)])
            picture.save(folder / f"{number}.jpg")
