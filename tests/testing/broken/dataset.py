"""Broken data sets."""

from __future__ import annotations

import itertools
from typing import ClassVar

from crossret.contracts.data import Caption, Description, Problem, ProtocolInfo, Split
from crossret.testing.tiny_data import TinyData


class DataWithoutGalleries(TinyData):
    protocols: ClassVar = {"plain": ProtocolInfo("nothing", ())}


class DataRepeatsIds(TinyData):
    def captions(self, protocol, split, lang):
        return tuple(Caption("same", c.subject, c.lang, c.text) for c in super().captions(protocol, split, lang))


class DataBlankCaption(TinyData):
    def captions(self, protocol, split, lang):
        first, *rest = super().captions(protocol, split, lang)
        return (Caption(first.id, first.subject, lang, " "), *rest)


class DataLostCaption(TinyData):
    def captions(self, protocol, split, lang):
        first, *rest = super().captions(protocol, split, lang)
        return (Caption(first.id, "elsewhere", lang, first.text), *rest)


class DataKeyError(TinyData):
    def split(self, protocol, name):
        return {split: TinyData().split("plain", split) for split in ("train", "val", "test")}[name]


class DataGrey(TinyData):
    def image(self, item):
        return super().image(item).convert("L")


class DataUncounted(TinyData):
    def describe(self, protocol):
        super().describe(protocol)
        return Description({}, {})


class DataWithProblem(TinyData):
    def verify(self):
        return [Problem("captions.csv:3", "no text")]


class DataShuffles(TinyData):
    counter = itertools.count()

    def split(self, protocol, name):
        found = super().split(protocol, name)
        turn = next(self.counter) % 7
        return Split(found.name, found.items[turn:] + found.items[:turn])
