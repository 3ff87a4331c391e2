"""Icons to pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from PIL import Image

from crossret_emoji.builder.catalogue import Catalogue
from crossret_emoji.builder.deterministic import write_zip
from crossret_emoji.builder.icons import Icon, IconSet, icon_set
from crossret_emoji.builder.sources import Packages
from crossret_emoji.layout import DESIGNS, IMAGE_SIZE, drawings, member

QUALITY: Final = 80
_DEFAULT_SIDE = 16


def write_images(packages: Packages, catalogue: Catalogue, out: Path, workers: int) -> None:
    """Render every joined icon into one zip per design below ``out``."""
    with ProcessPoolExecutor(workers) as pool:
        for design in DESIGNS:
            icons = icon_set(packages, design)
            joined = catalogue.joins[design]
            pictures: Iterable[bytes] = pool.map(render, [svg(icons, icon) for icon in joined.values()], chunksize=32)
            write_zip(
                out / drawings(design), {member(key): picture for key, picture in zip(joined, pictures, strict=True)}
            )


def svg(icons: IconSet, icon: Icon) -> str:
    """One icon as a document of its own, centred in a square, flipped and turned as its alias asks."""
    entry = icons["icons"][icon.name]
    width, height = (entry.get(key, icons.get(key, _DEFAULT_SIDE)) for key in ("width", "height"))
    side = max(width, height)
    x, y = entry.get("left", 0) + width / 2, entry.get("top", 0) + height / 2
    flip = f"scale({-1 if icon.hflip else 1} {-1 if icon.vflip else 1})"
    turn = f"translate({x} {y}) rotate({90 * icon.rotate}) {flip} translate({-x} {-y})"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{side}" height="{side}" viewBox="{x - side / 2} {y - side / 2} {side} {side}">'
        f'<g transform="{turn}">{entry["body"]}</g></svg>'
    )


def render(document: str) -> bytes:
    """An SVG as WebP on white.

    Raises:
        ValueError: the renderer gives another size than asked for.
    """
    import resvg_py

    png = resvg_py.svg_to_bytes(svg_string=document, width=IMAGE_SIZE, height=IMAGE_SIZE, skip_system_fonts=True)
    picture = Image.open(io.BytesIO(bytes(png))).convert("RGBA")
    if picture.size != (IMAGE_SIZE, IMAGE_SIZE):
        raise ValueError(f"rendered {picture.size}; expected {IMAGE_SIZE} pixels square: {document[:200]}")
    white = Image.new("RGBA", picture.size, "white")
    buffer = io.BytesIO()
    Image.alpha_composite(white, picture).convert("RGB").save(buffer, "WEBP", quality=QUALITY, method=6)
    return buffer.getvalue()
