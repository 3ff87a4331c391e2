"""Contact sheets to check joins by eye: a reference drawing beside the one in question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from crossret_emoji.concepts import Concept, load_concepts
from crossret_emoji.pictures import Drawings

_COLUMNS: Final = 10
_LINES: Final = 16
_PICTURE: Final = 56
_CELL: Final = (130, 70)
_GROUND: Final = "#ddd"


def write_sheets(out: Path, design: str, pages: Path, reference: str = "noto") -> list[Path]:
    """Draw all concepts that both designs draw, 160 to a page, into PNG files below ``pages``."""
    both = [concept for concept in load_concepts(out) if {design, reference} <= concept.designs]
    archives = (Drawings(out, reference), Drawings(out, design))
    pages.mkdir(parents=True, exist_ok=True)
    size = _COLUMNS * _LINES
    written = []
    for number, start in enumerate(range(0, len(both), size)):
        path = pages / f"{design}-{number}.png"
        _sheet(both[start : start + size], archives, start).save(path)
        written.append(path)
    return written


def _sheet(concepts: Sequence[Concept], archives: Sequence[Drawings], first: int) -> Image.Image:
    width, height = _CELL
    sheet = Image.new("RGB", (_COLUMNS * width, _LINES * height), _GROUND)
    draw = ImageDraw.Draw(sheet)
    for place, concept in enumerate(concepts):
        x, y = place % _COLUMNS * width, place // _COLUMNS * height
        for column, archive in enumerate(archives):
            picture = archive.image(concept.id).resize((_PICTURE, _PICTURE))
            sheet.paste(picture, (x + 4 + column * (_PICTURE + 2), y + 2))
        draw.text((x + 4, y + _PICTURE + 2), f"{first + place} {concept.name[:18]}", fill="black")
    return sheet
