"""Which items answer a caption, where several items have the same caption."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from crossret.contracts.data import Caption, Split
from crossret.data.normal_text import normalised
from crossret.recipe.models import DuplicateCaptions
from crossret.retrieval.relevance import Relevance

Positives = Callable[[Sequence[Caption], Split], Relevance]


def own_items(captions: Sequence[Caption], split: Split) -> Relevance:
    """Only items that show the caption's subject, as published (method section 4.3)."""
    return Relevance.by_subject(
        [caption.subject for caption in captions], [item.subject for item in split.items], split.queried
    )


def items_of_equal_captions(captions: Sequence[Caption], split: Split) -> Relevance:
    """The items of every queried caption with the same text, up to case and punctuation."""
    return own_items(captions, split).shared_by_equal([normalised(caption.text) for caption in captions])


POSITIVES: Final[Mapping[DuplicateCaptions, Positives]] = MappingProxyType(
    {"distinct": own_items, "shared": items_of_equal_captions}
)
