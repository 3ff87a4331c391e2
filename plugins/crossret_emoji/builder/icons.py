"""The icon sets: names, aliases and drawings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from crossret_emoji.builder.sources import Packages

# Sets with code points of their own come first: they name the icons that the others are joined by.
PACKAGE_OF: Final = {
    "noto": "@iconify-json/noto",
    "twemoji": "@iconify-json/twemoji",
    "fluent-flat": "@iconify-json/fluent-emoji-flat",
    "noto-v1": "@iconify-json/noto-v1",
    "emojione-v2": "@iconify-json/emojione",
    "fxemoji": "@iconify-json/fxemoji",
}
BY_CODE_POINT: Final = ("noto", "twemoji", "fluent-flat")
BY_NAME: Final = ("noto-v1", "emojione-v2", "fxemoji")
# Its icon names write words without separators.
BY_SQUASHED_NAME: Final = ("fxemoji",)

IconSet = Mapping[str, Any]


class Icon(NamedTuple):
    """A drawing and how an alias turns it; ``rotate`` counts quarter turns."""

    name: str
    hflip: bool
    vflip: bool
    rotate: int


def icon_set(packages: Packages, design: str) -> IconSet:
    """The icons of a design as its package stores them."""
    icons: IconSet = packages.json(PACKAGE_OF[design], "icons.json")
    return icons


def code_points(packages: Packages, design: str) -> dict[str, str]:
    """Concept id to icon name, for a design that has code points."""
    chars = packages.json(PACKAGE_OF[design], "chars.json")
    return {key.replace("-fe0f", ""): name for key, name in chars.items()}


def resolve(icons: IconSet, name: str) -> Icon | None:
    """Follow aliases, with their flips and turns, to the drawing; ``None`` if there is no such icon."""
    hflip = vflip = False
    rotate = 0
    while name not in icons["icons"]:
        alias = icons.get("aliases", {}).get(name)
        if alias is None:
            return None
        hflip ^= bool(alias.get("hFlip"))
        vflip ^= bool(alias.get("vFlip"))
        rotate = (rotate + alias.get("rotate", 0)) % 4
        name = alias["parent"]
    return Icon(name, hflip, vflip, rotate)
