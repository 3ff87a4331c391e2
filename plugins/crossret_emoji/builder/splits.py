"""The two divisions of the concepts; both are drawn once and stored in ``concepts.csv``."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Final

SEED: Final = 13
TEST_SHARE: Final = 0.2
TEST_AND_VAL_SHARE: Final = 0.3
CROSS_DESIGN_VAL: Final = 150


def split_concepts(subgroups: Mapping[str, str]) -> dict[str, str]:
    """Divide concepts into train, val and test (70, 10 and 20 %) inside every subgroup.

    Args:
        subgroups: concept id to subgroup; the order matters.
    """
    generator = random.Random(SEED)
    members: dict[str, list[str]] = {}
    for concept, subgroup in subgroups.items():
        members.setdefault(subgroup, []).append(concept)
    parts: dict[str, str] = {}
    for _, ids in sorted(members.items()):
        generator.shuffle(ids)
        for position, concept in enumerate(ids):
            parts[concept] = _part(position, len(ids))
    return parts


def _part(position: int, total: int) -> str:
    if position < round(TEST_SHARE * total):
        return "test"
    return "val" if position < round(TEST_AND_VAL_SHARE * total) else "train"


def cross_design_validation(parts: Mapping[str, str], drawn: Iterable[str], size: int = CROSS_DESIGN_VAL) -> set[str]:
    """The concepts whose names validate protocol ``cross-design``.

    All ``val`` concepts that the validation design draws, filled up to ``size`` with its ``train`` concepts, drawn
    with the fixed seed. Test concepts of protocol ``cross-concept`` are left out, so that nothing chosen on this list
    has looked at them.

    Args:
        parts: concept id to part of protocol ``cross-concept``.
        drawn: the concepts that the validation design draws.
        size: how many concepts to choose.

    Raises:
        ValueError: the design draws too few concepts.
    """
    drawn = sorted(drawn)
    chosen = [concept for concept in drawn if parts[concept] == "val"][:size]
    candidates = [concept for concept in drawn if parts[concept] == "train"]
    random.Random(SEED).shuffle(candidates)
    chosen += candidates[: size - len(chosen)]
    if len(chosen) < size:
        raise ValueError(f"found {len(chosen)} concepts for validation; expected {size}")
    return set(chosen)
