"""What components are tried on: texts, pictures, clips, a training step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossret.contracts.data import Caption, Item
from crossret.testing.tiny_data import LANGUAGES, PROTOCOL, TinyData

if TYPE_CHECKING:
    from PIL.Image import Image

SHORT = 6
LONG = "{0} and {0} beside {0} under {0} over {0}"
ODD_TEXTS = (
    "naïve café — “quoted” … ½ ≥ €5",
    "a flag 🏳️‍🌈 and a family 👨‍👩‍👧‍👦",
    "שלום עולם",
    "x",
    "one\u00a0two\u200bthree",
    "tags <b>&amp;</b> | pipes \\ and {braces}",
)


def captions_in(lang: str) -> tuple[Caption, ...]:
    """Some captions of the tiny data set."""
    return TinyData().captions(PROTOCOL, "test", lang)[:: 24 // SHORT]


def texts_in(languages: Sequence[str]) -> dict[str, list[str]]:
    """Short texts by language: of those named that the kit knows; all of them if none are named; else English ones."""
    known = [lang for lang in LANGUAGES if not languages or lang in languages] or ["en"]
    return {lang: [caption.text for caption in captions_in(lang)] for lang in known}


def items() -> tuple[Item, ...]:
    """Some items of the tiny data set."""
    return TinyData().split(PROTOCOL, "test").items[:SHORT]


def pictures() -> list[Image]:
    """Pictures of several sizes and proportions, all RGB."""
    sizes = ((32, 32), (64, 48), (48, 96), (200, 120), (7, 9), (300, 300))
    return [TinyData().image(item).resize(size) for item, size in zip(items(), sizes, strict=True)]


def write_clips(folder: Path) -> list[Path]:
    """Animated pictures of 3, 5 and 8 frames as files; those already there are kept: another thread may read them."""
    found = []
    for number, frames in enumerate((3, 5, 8)):
        path = folder / f"clip{number}.gif"
        found.append(path)
        if path.exists():
            continue
        drawn = [TinyData().image(item) for item in TinyData().split(PROTOCOL, "val").items[number : number + frames]]
        drawn[0].save(path, save_all=True, append_images=drawn[1:], duration=200, loop=0)
    return found
