from __future__ import annotations

import pytest

from crossret.contracts.data import Split
from crossret.errors import UsageError
from crossret_emoji.dataset import EmojiDataset
from crossret_emoji.layout import DESIGNS


def designs(split: Split) -> set[str]:
    return {item.id.split("/")[0] for item in split.items}


def queried(split: Split) -> frozenset[str]:
    return split.subjects() if split.queried is None else split.queried


def test_names_and_default(emoji: EmojiDataset) -> None:
    assert list(emoji.protocols) == ["cross-design", "cross-concept"]
    assert emoji.protocols["cross-design"].galleries == ("twemoji", "fluent-flat")
    assert emoji.protocols["cross-concept"].galleries == DESIGNS


@pytest.mark.parametrize(
    ("protocol", "split", "items", "subjects", "queries"),
    [
        ("cross-design", "train", 3561, 1423, 1423),
        ("cross-design", "val", 645, 645, 150),
        ("cross-design", "twemoji", 1423, 1423, 1273),
        ("cross-design", "fluent-flat", 1402, 1402, 1252),
        ("cross-concept", "train", 4917, 993, 993),
        ("cross-concept", "val", 150, 150, 150),
        ("cross-concept", "noto", 280, 280, 280),
        ("cross-concept", "twemoji", 280, 280, 280),
        ("cross-concept", "fluent-flat", 275, 275, 275),
        ("cross-concept", "noto-v1", 204, 204, 204),
        ("cross-concept", "emojione-v2", 203, 203, 203),
        ("cross-concept", "fxemoji", 128, 128, 128),
    ],
)
def test_counts(emoji: EmojiDataset, protocol: str, split: str, items: int, subjects: int, queries: int) -> None:
    found = emoji.split(protocol, split)
    assert found.name == split
    assert (len(found.items), len(found.subjects()), len(queried(found))) == (items, subjects, queries)
    assert len({item.id for item in found.items}) == items
    assert queried(found) <= found.subjects()
    counts = emoji.describe(protocol).counts
    assert (counts[f"{split} items"], counts[f"{split} queried"]) == (items, queries)


def test_cross_design_shows_new_designs_at_test(emoji: EmojiDataset) -> None:
    train, val, *tests = (emoji.split("cross-design", name) for name in ("train", "val", "twemoji", "fluent-flat"))
    assert designs(train) == {"noto", "noto-v1", "emojione-v2"}
    assert designs(val) == {"fxemoji"}
    assert [designs(test) for test in tests] == [{"twemoji"}, {"fluent-flat"}]


def test_cross_design_never_asks_for_validation_concepts_at_test(emoji: EmojiDataset) -> None:
    val = queried(emoji.split("cross-design", "val"))
    for gallery in emoji.protocols["cross-design"].galleries:
        test = emoji.split("cross-design", gallery)
        assert not val & queried(test)
        assert test.subjects() - queried(test) <= val


def test_cross_design_validation_list_leaves_unseen_concepts_alone(emoji: EmojiDataset) -> None:
    val = queried(emoji.split("cross-design", "val"))
    assert len(val & emoji.split("cross-concept", "val").subjects()) == 66
    assert not val & emoji.split("cross-concept", "noto").subjects()


def test_cross_concept_parts_share_no_concept(emoji: EmojiDataset) -> None:
    train, val = (emoji.split("cross-concept", name) for name in ("train", "val"))
    assert not train.subjects() & val.subjects()
    for design in DESIGNS:
        test = emoji.split("cross-concept", design)
        assert designs(test) == {design}
        assert not test.subjects() & (train.subjects() | val.subjects())


def test_items_follow_the_order_of_concepts(emoji: EmojiDataset) -> None:
    order = {item.subject: place for place, item in enumerate(emoji.split("cross-design", "twemoji").items)}
    for protocol, info in emoji.protocols.items():
        for name in ("train", "val", *info.galleries):
            places = [order[item.subject] for item in emoji.split(protocol, name).items]
            assert places == sorted(places)


def test_unknown_names_are_refused_with_the_nearest(emoji: EmojiDataset) -> None:
    with pytest.raises(UsageError, match="did you mean 'cross-design'"):
        emoji.split("crossdesign", "train")
    with pytest.raises(UsageError, match="did you mean 'twemoji'"):
        emoji.split("cross-design", "twemojis")
    with pytest.raises(UsageError, match="did you mean 'cross-concept'"):
        emoji.test_languages("cross-concepts")
    with pytest.raises(UsageError, match="did you mean 'cross-concept'"):
        emoji.describe("cross-concepts")
