from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from tiny_data import TinyDataset

from crossret.contracts.data import Caption, Split
from crossret.data.checks import checked_captions, checked_split
from crossret.errors import DataError


@dataclass(frozen=True)
class Spoilt(TinyDataset):
    """Items and captions after a change."""

    of_split: Callable[[Split], Split] = lambda split: split
    of_captions: Callable[[tuple[Caption, ...]], tuple[Caption, ...]] = lambda captions: captions

    def split(self, protocol: str, name: str) -> Split:
        return self.of_split(super().split(protocol, name))

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        return self.of_captions(super().captions(protocol, split, lang))


def load(dataset: TinyDataset) -> tuple[Caption, ...]:
    return checked_captions(dataset, "plain", checked_split(dataset, "plain", "test"), "xx")


def test_sound_data_pass_as_they_are() -> None:
    dataset = TinyDataset()
    assert checked_split(dataset, "plain", "train") == dataset.split("plain", "train")
    assert load(dataset) == dataset.captions("plain", "test", "xx")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda s: replace(s, items=()), "split 'test' of protocol 'plain' has no items"),
        (lambda s: replace(s, items=(*s.items, s.items[3])), "item of split 'test': id 'test/s1/1' is there twice"),
        (lambda s: replace(s, items=s.items[2:]), "'xx/s0/0' describes 's0', which no item of the split shows"),
    ],
)
def test_items_are_checked(spoil: Callable[[Split], Split], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(Spoilt(of_split=spoil))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda c: (*c, c[2]), "xx caption of split 'test': id 'xx/s1/0' is there twice"),
        (lambda c: (replace(c[0], text=" \t"), *c[1:]), "'xx/s0/0' is blank; expected a text"),
        (lambda c: (*c, replace(c[0], id="new", subject="moon")), "'new' describes 'moon', which no item of the split"),
    ],
)
def test_captions_are_checked(spoil: Callable[[tuple[Caption, ...]], tuple[Caption, ...]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(Spoilt(of_captions=spoil))


def test_no_captions_are_for_the_caller_to_judge() -> None:
    assert load(Spoilt(of_captions=lambda captions: ())) == ()
