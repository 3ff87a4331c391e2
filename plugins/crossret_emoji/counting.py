"""Counts of what the data folder holds, by the same rules for the manifest and for its verification."""

from __future__ import annotations

from collections.abc import Sequence

from crossret.contracts.data import Split
from crossret_emoji.concepts import Concept
from crossret_emoji.manifest import SplitCounts
from crossret_emoji.protocols import PROTOCOLS, build_split
from crossret_emoji.texts import KEYWORD, NAME, Text


def count_texts(texts: Sequence[Text]) -> dict[str, int]:
    """Names and keywords of one language."""
    return {f"{kind}s": sum(text.kind == kind for text in texts) for kind in (NAME, KEYWORD)}


def count_split(split: Split) -> dict[str, int]:
    """Items, subjects and queried subjects of one split."""
    subjects = split.subjects()
    queried = subjects if split.queried is None else split.queried
    return {"items": len(split.items), "subjects": len(subjects), "queried": len(queried)}


def count_protocol(protocol: str, concepts: Sequence[Concept]) -> SplitCounts:
    """The counts of every split of one protocol."""
    return {
        name: count_split(build_split(name, made_by, concepts)) for name, made_by in PROTOCOLS[protocol].splits.items()
    }
