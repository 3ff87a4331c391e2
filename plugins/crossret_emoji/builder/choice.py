"""Which emoji become concepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from crossret_emoji.builder.cldr import concept_id, read_locale, without_selector
from crossret_emoji.builder.sources import Packages

EMOJIBASE: Final = "emojibase-data"

_COMPONENTS, _FLAGS = 2, 9
_KEYCAP = "20e3"
_GENDER_AND_DIRECTION = {"2640", "2642", "27a1"}
_HAIR = {"1f9b0", "1f9b1", "1f9b2", "1f9b3"}
_MAN_AND_WOMAN = ("1f468", "1f469")
_PERSON, _CHILD = "1f9d1", "1f9d2"
# Its CLDR name is composed, so it is no concept. It took part in the draw that fixed the division of the others.
KEYCAP_TEN: Final = "1f51f"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An emoji with what the sources say about it; ``name`` is the English one, ``label`` that of emojibase."""

    id: str
    emoji: str
    name: str
    label: str
    group: str
    subgroup: str
    version: str

    @property
    def char(self) -> str:
        """The emoji as it is keyed in CLDR."""
        return without_selector(self.emoji)


def candidates(packages: Packages) -> dict[str, Candidate]:
    """Base emoji with an English name, in emojibase's order, and the keycap ten."""
    groups = packages.json(EMOJIBASE, "meta", "groups.json")
    english = read_locale(packages, "en")
    found = {}
    for entry in packages.json(EMOJIBASE, "en", "data.json"):
        key = concept_id(entry["emoji"])
        if not is_base(key.split("-"), entry.get("group")):
            continue
        annotation = english.get(without_selector(entry["emoji"]))
        name = annotation.name if annotation else None
        if name is not None or key == KEYCAP_TEN:
            found[key] = _candidate(key, entry, name or "", groups)
    return found


def is_base(code_points: list[str], group: int | None) -> bool:
    """Whether an emoji stands for itself: no part, flag or keycap, no gender, hair, direction or family variant."""
    if group is None or group in (_COMPONENTS, _FLAGS) or _KEYCAP in code_points:
        return False
    first, last = code_points[0], code_points[-1]
    if len(code_points) > 1 and (first in _MAN_AND_WOMAN or _GENDER_AND_DIRECTION.intersection(code_points)):
        return False
    if _HAIR.intersection(code_points):
        return False
    return not (len(code_points) > 2 and first == _PERSON and last in (_PERSON, _CHILD))


def _candidate(key: str, entry: dict[str, Any], name: str, groups: dict[str, dict[str, str]]) -> Candidate:
    return Candidate(
        id=key,
        emoji=entry["emoji"],
        name=name,
        label=entry["label"],
        group=groups["groups"][str(entry["group"])],
        subgroup=groups["subgroups"][str(entry["subgroup"])],
        version=str(entry["version"]),
    )
