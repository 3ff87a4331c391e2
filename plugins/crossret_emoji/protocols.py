"""The two ways to use the drawings: which concept in which design belongs to which split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from crossret.contracts.data import Item, ProtocolInfo, Split
from crossret.errors import unknown
from crossret_emoji.concepts import Concept
from crossret_emoji.layout import DESIGNS

Rule = Callable[[Concept], bool]


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How a split is made: the designs shown, the concepts shown, and the concepts that are queries."""

    designs: tuple[str, ...]
    shown: Rule
    queried: Rule | None = None


@dataclass(frozen=True, slots=True)
class ProtocolRule:
    """A protocol as rules; ``splits`` holds ``train``, ``val`` and one entry per test gallery."""

    summary: str
    splits: Mapping[str, SplitRule]

    def info(self) -> ProtocolInfo:
        """What a user sees of it."""
        return ProtocolInfo(self.summary, tuple(name for name in self.splits if name not in ("train", "val")))


def _every(concept: Concept) -> bool:
    return True


def _part(part: str) -> Rule:
    return lambda concept: concept.split == part


def _asked(part: str) -> Rule:
    return lambda concept: concept.cross_design == part


# Validation uses a design that no test gallery shows and concepts that no test gallery asks for, so a checkpoint can be
# chosen by human names of a target language without looking at a test drawing or at a name that is tested.
CROSS_DESIGN: Final = ProtocolRule(
    "concepts seen in training, drawn by designers that were not: test galleries twemoji and fluent-flat",
    MappingProxyType(
        {
            "train": SplitRule(("noto", "noto-v1", "emojione-v2"), _every),
            "val": SplitRule(("fxemoji",), _every, _asked("val")),
            "twemoji": SplitRule(("twemoji",), _every, _asked("test")),
            "fluent-flat": SplitRule(("fluent-flat",), _every, _asked("test")),
        }
    ),
)
CROSS_CONCEPT: Final = ProtocolRule(
    "concepts that training did not show, in designs that it did: one test gallery per design",
    MappingProxyType(
        {
            "train": SplitRule(DESIGNS, _part("train")),
            "val": SplitRule(("noto",), _part("val")),
            **{design: SplitRule((design,), _part("test")) for design in DESIGNS},
        }
    ),
)
PROTOCOLS: Final[Mapping[str, ProtocolRule]] = MappingProxyType(
    {"cross-design": CROSS_DESIGN, "cross-concept": CROSS_CONCEPT}
)


def rule(protocol: str, split: str) -> SplitRule:
    """The rule of a split.

    Raises:
        UsageError: there is no such protocol or no such split in it.
    """
    splits = protocol_rule(protocol).splits
    if split not in splits:
        raise unknown(f"split of emoji protocol {protocol!r}", split, splits)
    return splits[split]


def protocol_rule(protocol: str) -> ProtocolRule:
    """The rules of a protocol.

    Raises:
        UsageError: there is no such protocol.
    """
    if protocol not in PROTOCOLS:
        raise unknown("protocol of data set 'emoji'", protocol, PROTOCOLS)
    return PROTOCOLS[protocol]


def build_split(name: str, made_by: SplitRule, concepts: Sequence[Concept]) -> Split:
    """The items of a split: concept by concept in the order given, and its designs in the rule's order."""
    items = tuple(
        Item(f"{design}/{concept.id}", concept.id)
        for concept in concepts
        if made_by.shown(concept)
        for design in made_by.designs
        if design in concept.designs
    )
    if made_by.queried is None:
        return Split(name, items)
    return Split(name, items, _ids(filter(made_by.queried, concepts)) & {item.subject for item in items})


def captioned(split: Split) -> frozenset[str]:
    """The subjects whose human texts the split may give away.

    Validation hands out the texts of its queries alone: the other names are test queries of the same protocol.
    """
    if split.name == "val" and split.queried is not None:
        return split.queried
    return split.subjects()


def _ids(concepts: Iterable[Concept]) -> frozenset[str]:
    return frozenset(concept.id for concept in concepts)
