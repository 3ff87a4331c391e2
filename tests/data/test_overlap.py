from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st
from tiny_data import TinyDataset

from crossret.contracts.data import Caption, Item, ProtocolInfo, Split
from crossret.data.normal_text import normalised, tokens
from crossret.data.overlap import find_overlap
from crossret.errors import DataError


@dataclass(frozen=True)
class Texts(TinyDataset):
    """Captions as the test says: split → texts, each of an item of its own."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    same_ids: bool = False

    @property
    def protocols(self):
        return {"plain": ProtocolInfo("", ("test", "test-small"))}

    def split(self, protocol, name):
        mark = "" if self.same_ids else name
        return Split(name, tuple(Item(f"{mark}{n}", f"{mark}{n}") for n in range(len(self.texts.get(name, ())))))

    def captions(self, protocol, split, lang):
        if lang == "xx" and split == "train":
            raise DataError("train.xx: no such file")
        items = self.split(protocol, split).items
        return tuple(
            Caption(f"c{n}", item.subject, lang, text)
            for n, (item, text) in enumerate(zip(items, self.texts.get(split, ()), strict=True))
        )


TRAIN = ["A dog runs over the wide green field.", "two cats", "Two cats!", "a red boat"]
TEST = ["a dog runs over the wide green field", "A dog runs across the wide green field", "two CATS", "snow"]


def alike(found, first, second):
    (row,) = (row for row in found.alike if (row.first, row.second) == (first, second))
    return row


def test_identical_and_near_captions_between_splits():
    found = find_overlap(Texts(texts={"train": TRAIN, "val": ["snow"], "test": TEST}), "plain", ["en"], 0.7)
    row = alike(found, "train", "test")
    assert (row.captions, row.identical, row.near) == (4, 2, 1)
    assert row.example == ("A dog runs over the wide green field.", "A dog runs across the wide green field")
    assert alike(found, "val", "test").identical == 1
    assert {(r.first, r.second) for r in found.alike} == {
        ("train", "val"), ("train", "test"), ("train", "test-small"), ("val", "test"), ("val", "test-small"),
    }  # fmt: skip


def test_texts_that_several_subjects_have():
    found = find_overlap(Texts(texts={"train": TRAIN}), "plain", ["en"], 0.8)
    row = next(row for row in found.duplicates if row.split == "train")
    assert (row.captions, row.ambiguous, row.texts, row.example) == (4, 2, 1, "two cats")


def test_items_in_two_splits_but_galleries_may_share():
    found = find_overlap(
        Texts(texts={"train": ["a"], "test": ["b", "c"], "test-small": ["b"]}, same_ids=True), "plain", [], 1
    )
    assert [(s.first, s.second, s.ids) for s in found.items] == [
        ("train", "test", ("0",)),
        ("train", "test-small", ("0",)),
    ]
    assert find_overlap(Texts(texts={"train": ["a"], "test": ["b"]}), "plain", [], 1).items == ()


def test_captions_that_do_not_exist_are_named():
    found = find_overlap(Texts(texts={"train": ["a"], "val": ["b"], "test": ["b"]}), "plain", ["xx"], 0.8)
    assert found.unread == ("xx, train: train.xx: no such file",)
    assert alike(found, "val", "test").identical == 1


def test_fragments_do_not_count():
    whole = find_overlap(TinyDataset(fragments=3), "plain", ["en"], 0.8)
    assert whole.duplicates == tuple(
        replace(row) for row in find_overlap(TinyDataset(), "plain", ["en"], 0.8).duplicates
    )


WORDS = st.lists(st.sampled_from(["a", "B", "b.", "c", "dog", "!"]), max_size=4).map(" ".join)
CAPTIONS = st.lists(WORDS.filter(str.strip), max_size=12)


@given(train=CAPTIONS, test=CAPTIONS, near=st.sampled_from([0.4, 0.5, 0.75, 1.0]))
def test_counts_are_those_of_comparing_every_pair(train, test, near):
    found = alike(find_overlap(Texts(texts={"train": train, "test": test}), "plain", ["en"], near), "train", "test")
    same = [any(normalised(a) == normalised(b) for a in train) for b in test]
    close = [any(similar(a, b) >= near - 1e-9 for a in train) for b in test]
    assert found.identical == sum(same)
    assert found.near == sum(c and not s for c, s in zip(close, same, strict=True))


def similar(first, second):
    x, y = tokens(first), tokens(second)
    return len(x & y) / len(x | y) if x | y else 0.0
