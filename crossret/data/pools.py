"""What can be said about each subject in training: aligned texts, as sentences and fragments."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crossret.contracts.data import Split
from crossret.errors import DataError


@dataclass(frozen=True, slots=True)
class AlignedText:
    """One text in the views a model reads; a view that no term needs is empty.

    Attributes:
        other: another translation of the source; empty: there is none, the target stands for it.
        confidence: how far the translation can be trusted, in (0, 1].
        variants: the same source with its further translations.
    """

    source: str = ""
    target: str = ""
    back: str = ""
    other: str = ""
    confidence: float = 1.0
    variants: tuple[AlignedText, ...] = ()

    @staticmethod
    def joined(parts: Sequence[AlignedText]) -> AlignedText:
        """Fragments side by side, view by view; their confidence is the mean."""
        return AlignedText(
            " ".join(part.source for part in parts).strip(),
            " ".join(part.target for part in parts).strip(),
            " ".join(part.back for part in parts).strip(),
            " ".join(part.other or part.target for part in parts).strip() if any(p.other for p in parts) else "",
            sum(part.confidence for part in parts) / len(parts),
        )

    def all_variants(self) -> tuple[AlignedText, ...]:
        """This text, then the others."""
        return (self, *self.variants)

    def drawn(self, rng: random.Random) -> AlignedText:
        """One of the variants at random, beside the translation of another one; nothing is drawn if there is one."""
        if not self.variants:
            return self
        one, another = rng.sample(self.all_variants(), 2)
        return AlignedText(one.source, one.target, one.back, another.target, one.confidence)


@dataclass(frozen=True, slots=True)
class SubjectTexts:
    """The texts of one subject; sentences stand alone, fragments may be joined."""

    sentences: tuple[AlignedText, ...] = ()
    fragments: tuple[AlignedText, ...] = ()


Pool = Mapping[str, SubjectTexts]


@dataclass(frozen=True)
class TrainingSet:
    """Subjects with their items and, per language, their texts.

    Attributes:
        split: the training items.
        pools: texts per language; the only key is ``""`` for a model without target language.
        target_pools: set for the oracle only: human target texts, not aligned with the source texts.
        subjects: subjects that have an item and texts in every language, in item order.
        items_of: indices of each subject's items in the split.
    """

    split: Split
    pools: Mapping[str, Pool]
    target_pools: Mapping[str, Pool] = field(default_factory=dict)
    subjects: tuple[str, ...] = field(init=False)
    items_of: tuple[tuple[int, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        everywhere = [*self.pools.values(), *self.target_pools.values()]
        indices: dict[str, list[int]] = {}
        for index, item in enumerate(self.split.items):
            if all(item.subject in pool for pool in everywhere):
                indices.setdefault(item.subject, []).append(index)
        if not indices:
            raise DataError(
                f"split {self.split.name!r}: no item has a caption in {', '.join(self.pools) or 'the source'}"
            )
        if len(indices) == 1:
            raise DataError(
                f"split {self.split.name!r}: only one subject to train on; a batch needs others as negatives"
            )
        object.__setattr__(self, "subjects", tuple(indices))
        object.__setattr__(self, "items_of", tuple(tuple(found) for found in indices.values()))

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages a sample may be in."""
        return tuple(self.pools)
