"""Takes, stores and compares screenshots of a report, whatever browser and fonts a machine has.

Every character is drawn as a box by ``screenshots/blocks.ttf`` (any character 0.6 em wide, a space 0.3 em), so lines
break alike everywhere and no letter's shape counts; pictures are grey, so that a palette is enough. The parts of a page
are compared one by one: their height, and their colours in cells of 16 × 16 pixels.

``python tests/report/screenshots.py`` stores them anew after a change of the page that is meant; look at them then, and
at the page itself with its true fonts.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parent / "screenshots"
Scheme = Literal["light", "dark"]
VIEWS: tuple[tuple[int, Scheme], ...] = ((390, "light"), (820, "light"), (1280, "light"), (1280, "dark"))

CELL = 16
STORED_SCALE = 4
# What browsers differ in: a line more in a long part, the edges of boxes. What a broken style changes is far more.
MOST_HEIGHT = 0.06
MOST_PIXELS = 24
VISIBLE = 24
MOST_CELLS = 0.03

STYLE = """
@font-face { font-family: blocks; src: url(data:font/ttf;base64,%s); }
*, ::before, ::after { font-family: blocks !important; font-synthesis: none !important; }
img { filter: grayscale(1); }
"""
BOXES = """
() => {
  const sections = [...document.querySelectorAll("section")];
  return Object.fromEntries([...document.querySelectorAll("header, .facts, .sections"), ...sections].map((one) => {
    const box = one.getBoundingClientRect();
    const name = one.id.replace(/^c1-/, "") || one.className;
    return [name, [box.x, box.y + scrollY, box.width, box.height].map(Math.round)];
  }));
}
"""


Shot = Mapping[str, "Part"]


@dataclass(frozen=True)
class Part:
    """A part of a page: its size in pixels of the page, and its picture, which may be smaller."""

    width: int
    height: int
    picture: Image.Image

    def cells(self, columns: int, rows: int) -> np.ndarray:
        """That many mean colours, ``(rows, columns, 3)``."""
        return np.asarray(self.picture.resize((columns, rows), Image.Resampling.BOX), dtype=np.int16)

    def small(self) -> Image.Image:
        """As it is stored."""
        size = self.width // STORED_SCALE, self.height // STORED_SCALE
        return self.picture.resize(size, Image.Resampling.BOX)


def take(browser: Browser, address: str, width: int, scheme: Scheme) -> Shot:
    """The parts of a page of so many pixels, without a letter."""
    with browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, device_scale_factor=1
    ) as context:
        page = context.new_page()
        page.goto(address)
        _with_boxes(page)
        boxes = page.evaluate(BOXES)
        whole = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    return {name: Part(w, h, whole.crop((x, y, x + w, y + h))) for name, (x, y, w, h) in boxes.items()}


def _with_boxes(page: Page) -> None:
    font = base64.b64encode((FOLDER / "blocks.ttf").read_bytes()).decode("ascii")
    page.add_style_tag(content=STYLE % font)
    page.evaluate("document.fonts.load('16px blocks').then(() => document.fonts.ready)")


def differences(found: Shot, expected: Shot) -> Iterator[str]:
    """What a person would see to differ, one line per part."""
    for name in {**found, **expected}:
        if name not in found or name not in expected:
            yield f"{name}: on one of the pages only"
            continue
        one, other = found[name], expected[name]
        if abs(one.height - other.height) > max(MOST_PIXELS, MOST_HEIGHT * other.height):
            yield f"{name}: {one.height} pixels high, expected {other.height}"
            continue
        size = max(1, other.width // CELL), max(1, other.height // CELL)
        apart = np.abs(one.cells(*size) - other.cells(*size)).max(axis=2) > VISIBLE
        if apart.mean() > MOST_CELLS:
            yield f"{name}: {apart.mean():.1%} of it has other colours"


def stored(width: int, scheme: Scheme) -> Shot:
    """The screenshot that is kept: its parts one below the other."""
    sizes = json.loads((FOLDER / "parts.json").read_text(encoding="utf-8"))[f"{width}-{scheme}"]
    parts, top = {}, 0
    with Image.open(FOLDER / f"{width}-{scheme}.png") as picture:
        for name, (wide, high) in sizes.items():
            bottom = top + high // STORED_SCALE
            parts[name] = Part(wide, high, picture.convert("RGB").crop((0, top, wide // STORED_SCALE, bottom)))
            top = bottom
    return parts


def store(name: str, shot: Shot) -> None:
    """Keep the screenshot of a view."""
    parts = [part.small() for part in shot.values()]
    whole = Image.new("RGB", (max(part.width for part in parts), sum(part.height for part in parts)), "white")
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    whole.quantize(dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    import tempfile

    sys.path.append(str(Path(__file__).parents[1]))
    from browsers import chromium
    from made_up_run import made_up_page

    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        address = made_up_page(Path(folder)).as_uri()
        shots = {f"{width}-{scheme}": take(browser, address, width, scheme) for width, scheme in VIEWS}
    for name, shot in shots.items():
        store(name, shot)
    sizes = {name: {part: (one.width, one.height) for part, one in shot.items()} for name, shot in shots.items()}
    (FOLDER / "parts.json").write_text(json.dumps(sizes, indent=1) + "\n", encoding="utf-8")
