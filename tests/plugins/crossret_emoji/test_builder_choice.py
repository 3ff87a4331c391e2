from __future__ import annotations

from collections import Counter

import pytest

from crossret_emoji.builder.choice import is_base
from crossret_emoji.builder.cldr import concept_id
from crossret_emoji.builder.splits import cross_design_validation, split_concepts
from crossret_emoji.concepts import load_concepts
from crossret_emoji.layout import SHIPPED


@pytest.mark.parametrize(
    ("emoji", "group", "expected"),
    [
        ("😀", 0, True),
        ("❤️", 0, True),
        ("👁️‍🗨️", 0, True),
        ("🧑‍🌾", 1, True),
        ("🏽", 2, False),
        ("🇦", None, False),
        ("🏁", 9, False),
        ("1️⃣", 8, False),
        ("👨‍🌾", 1, False),
        ("🏃‍♀️", 1, False),
        ("🏃‍➡️", 1, False),
        ("🧑‍🦰", 1, False),
        ("🧑‍🤝‍🧑", 1, False),
        ("🧑‍🧑‍🧒", 1, False),
    ],
)
def test_variants_are_no_concepts(emoji: str, group: int | None, expected: bool) -> None:
    assert is_base(concept_id(emoji).split("-"), group) is expected


def test_ids_leave_the_variation_selector_out() -> None:
    assert concept_id("❤️") == concept_id("❤") == "2764"


def test_every_subgroup_is_divided_alike() -> None:
    subgroups = {f"{name}{number}": name for name, size in (("a", 20), ("b", 10), ("c", 1)) for number in range(size)}
    parts = split_concepts(subgroups)
    for name, expected in (("a", (14, 2, 4)), ("b", (7, 1, 2)), ("c", (1, 0, 0))):
        found = Counter(parts[key] for key, subgroup in subgroups.items() if subgroup == name)
        assert (found["train"], found["val"], found["test"]) == expected
    assert split_concepts(subgroups) == parts


def test_validation_list_fills_up_with_training_concepts() -> None:
    parts = {**dict.fromkeys("abc", "val"), **dict.fromkeys("defghij", "train"), **dict.fromkeys("klm", "test")}
    chosen = cross_design_validation(parts, "abdefghikl", size=5)
    assert len(chosen) == 5
    assert {"a", "b"} < chosen
    assert {parts[key] for key in chosen - {"a", "b"}} == {"train"}
    assert chosen == cross_design_validation(parts, reversed("abdefghikl"), size=5)


def test_validation_list_needs_enough_drawings() -> None:
    with pytest.raises(ValueError, match="found 1 concepts"):
        cross_design_validation({"a": "val", "b": "test"}, "ab", size=2)


def test_shipped_validation_list_follows_the_rule() -> None:
    concepts = load_concepts(SHIPPED)
    drawn = [concept.id for concept in concepts if "fxemoji" in concept.designs]
    chosen = cross_design_validation({concept.id: concept.split for concept in concepts}, drawn)
    assert chosen == {concept.id for concept in concepts if concept.cross_design == "val"}
    assert len(chosen) == 150
