"""Which icon of a design draws which concept."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from crossret_emoji.builder.choice import EMOJIBASE, Candidate
from crossret_emoji.builder.icons import (
    BY_CODE_POINT,
    BY_NAME,
    BY_SQUASHED_NAME,
    Icon,
    IconSet,
    code_points,
    icon_set,
    resolve,
)
from crossret_emoji.builder.sources import Packages

_SHORTCODES = ("github", "emojibase", "joypixels", "cldr")
_WRONG = Path(__file__).with_name("wrong_joins.csv")

Joins = dict[str, dict[str, Icon]]


def join_designs(packages: Packages, concepts: Mapping[str, Candidate]) -> Joins:
    """Design to concept id to icon, without the pairs that were found wrong by eye."""
    joins: Joins = {}
    names: dict[str, set[str]] = {key: set(own_names(concept)) for key, concept in concepts.items()}
    for design in BY_CODE_POINT:
        chars = code_points(packages, design)
        joins[design] = join_by_code_point(icon_set(packages, design), chars, concepts)
        for key in concepts.keys() & chars.keys():
            names[key].add(chars[key])
    for key, shortcode in _shortcodes(packages):
        if key in concepts:
            names[key].add(slug(shortcode))
    for design in BY_NAME:
        joins[design] = join_by_name(icon_set(packages, design), concepts, names, design in BY_SQUASHED_NAME)
    for design, key in wrong_joins():
        joins[design].pop(key, None)
    return joins


def join_by_code_point(icons: IconSet, chars: Mapping[str, str], concepts: Mapping[str, Candidate]) -> dict[str, Icon]:
    """Join by the set's own code points; a mirrored alias has none and is found by its name."""
    found = {key: resolve(icons, chars.get(key, slug(concept.name))) for key, concept in concepts.items()}
    return {key: icon for key, icon in found.items() if icon}


def join_by_name(
    icons: IconSet, concepts: Mapping[str, Candidate], names: Mapping[str, set[str]], squashed: bool
) -> dict[str, Icon]:
    """Join by any name of a concept, the CLDR name first; no drawing is used twice."""
    by_squashed = {squash(name): name for name in icons["icons"]} if squashed else {}
    found: dict[str, Icon] = {}
    used: set[Icon] = set()
    for key, concept in concepts.items():
        first = slug(concept.name)
        for name in (first, *sorted(names[key] - {first})):
            icon = resolve(icons, by_squashed.get(squash(name), "") if squashed else name)
            if icon and icon not in used:
                found[key] = icon
                used.add(icon)
                break
    return found


def own_names(concept: Candidate) -> Iterator[str]:
    """The names a concept has without looking at any icon set."""
    yield slug(concept.name)
    yield slug(concept.label)
    if len(concept.char) == 1:
        yield slug(unicodedata.name(concept.char, ""))


def wrong_joins() -> list[tuple[str, str]]:
    """Pairs of design and concept whose picture shows something else."""
    with _WRONG.open(encoding="utf-8", newline="") as file:
        return [(row["design"], row["id"]) for row in csv.DictReader(file)]


def slug(text: str) -> str:
    """A text as icon sets write it: lower case, words joined by ``-``."""
    plain = text.lower().replace("’", "").replace("'", "").replace("ñ", "n").replace("é", "e")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def squash(text: str) -> str:
    """A text without anything but letters and digits."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _shortcodes(packages: Packages) -> Iterator[tuple[str, str]]:
    for source in _SHORTCODES:
        if not packages.path(EMOJIBASE, "en", "shortcodes", f"{source}.json").exists():
            continue
        for key, value in packages.json(EMOJIBASE, "en", "shortcodes", f"{source}.json").items():
            yield from ((key.lower().replace("-fe0f", ""), code) for code in _as_list(value))


def _as_list(value: str | Iterable[str]) -> Iterable[str]:
    return [value] if isinstance(value, str) else value
