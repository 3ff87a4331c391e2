"""Which human captions a machine translation is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from crossret.contracts.data import Caption, Dataset, ParallelDataset

Kind = Literal["parallel", "per item", "source"]
"""Human translations of the very sentence; all human captions of the same item; the sentence itself, there and back."""


def kind_of(dataset: Dataset, protocol: str, lang: str) -> Kind:
    """How captions of a language and source captions belong together."""
    parallel = isinstance(dataset, ParallelDataset) and dataset.parallel(protocol, lang)
    return "parallel" if parallel else "per item"


def references(kind: Kind, asked: Sequence[Caption], answering: Sequence[Caption]) -> dict[str, tuple[str, ...]]:
    """By the id of a caption, the human texts that its translation is compared with.

    A caption without any is left out; so is a parallel one of a subject with more captions in one of the languages.

    Args:
        kind: ``source`` is not meant here.
        asked: the captions that are translated.
        answering: human captions in the other language.
    """
    texts = _texts_by_subject(answering)
    if kind == "per item":
        return {c.id: texts[c.subject] for c in asked if c.subject in texts}
    numbers: dict[str, int] = {}
    counts = {subject: len(found) for subject, found in _texts_by_subject(asked).items()}
    found: dict[str, tuple[str, ...]] = {}
    for caption in asked:
        number = numbers[caption.subject] = numbers.get(caption.subject, -1) + 1
        if len(texts.get(caption.subject, ())) == counts[caption.subject]:
            found[caption.id] = (texts[caption.subject][number],)
    return found


def _texts_by_subject(captions: Sequence[Caption]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for caption in captions:
        found[caption.subject] = (*found.get(caption.subject, ()), caption.text)
    return found
