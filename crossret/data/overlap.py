"""What splits have in common that they should not: items, captions, and equal captions of different items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from crossret.contracts.data import Caption, Dataset
from crossret.data.near_pairs import near_pairs
from crossret.data.normal_text import normalised, tokens
from crossret.errors import CrossretError


@dataclass(frozen=True)
class SharedItems:
    """Items that two splits have both."""

    first: str
    second: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class AlikeCaptions:
    """Captions of a split that another split has too.

    Attributes:
        captions: of the second split.
        identical: of these, with the text of a caption of the first, up to case and punctuation.
        near: of the others, with a caption of the first that shares most of its words.
        example: the pair that is most alike but not identical, first split first.
    """

    lang: str
    first: str
    second: str
    captions: int
    identical: int
    near: int
    example: tuple[str, str] | None


@dataclass(frozen=True)
class Duplicates:
    """Captions of a split whose text is also that of another subject.

    Attributes:
        captions: of the split.
        ambiguous: of these, how many share their text with another subject.
        texts: different texts among the ambiguous ones.
        example: the most frequent of them.
    """

    lang: str
    split: str
    captions: int
    ambiguous: int
    texts: int
    example: str


@dataclass(frozen=True)
class Overlap:
    """Everything that was found; ``unread`` says which captions there are none of, and why."""

    items: tuple[SharedItems, ...]
    alike: tuple[AlikeCaptions, ...]
    duplicates: tuple[Duplicates, ...]
    unread: tuple[str, ...]


def find_overlap(dataset: Dataset, protocol: str, languages: Sequence[str], near: float) -> Overlap:
    """Compare ``train`` and ``val`` with one another and with every gallery.

    Galleries are not compared: one may be a part of another. Only sentences count, not fragments.

    Args:
        dataset: any data set.
        protocol: one of its protocols.
        languages: whose captions are compared.
        near: Jaccard similarity of words from which captions are near, in (0, 1].

    Raises:
        DataError: a split cannot be read.
    """
    info = dataset.protocols[protocol]
    names = (() if info.test_only else ("train", "val")) + info.galleries
    pairs = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :] if a not in info.galleries]
    ids = {name: tuple(item.id for item in dataset.split(protocol, name).items) for name in names}
    alike: list[AlikeCaptions] = []
    duplicates: list[Duplicates] = []
    unread: list[str] = []
    for lang in languages:
        captions, missing = _captions(dataset, protocol, names, lang)
        unread += missing
        alike += [_compared(lang, a, b, captions, near) for a, b in pairs if a in captions and b in captions]
        duplicates += [_duplicates(lang, name, found) for name, found in captions.items()]
    return Overlap(tuple(_shared_items(ids, pairs)), tuple(alike), tuple(duplicates), tuple(unread))


def _captions(
    dataset: Dataset, protocol: str, names: Sequence[str], lang: str
) -> tuple[dict[str, list[Caption]], list[str]]:
    found, missing = {}, []
    for name in names:
        try:
            captions = dataset.captions(protocol, name, lang)
        except CrossretError as error:
            missing.append(f"{lang}, {name}: {error}")
        else:
            found[name] = [caption for caption in captions if caption.kind == "sentence"]
    return found, missing


def _shared_items(ids: dict[str, tuple[str, ...]], pairs: Sequence[tuple[str, str]]) -> Iterator[SharedItems]:
    for first, second in pairs:
        known = frozenset(ids[first])
        shared = tuple(identifier for identifier in ids[second] if identifier in known)
        if shared:
            yield SharedItems(first, second, shared)


def _compared(lang: str, first: str, second: str, captions: dict[str, list[Caption]], near: float) -> AlikeCaptions:
    left, right = _by_text(captions[first]), _by_text(captions[second])
    others, queries = list(left), [text for text in right if text not in left]
    pairs = near_pairs([tokens(text) for text in queries], [tokens(text) for text in others], near)
    example = None
    if len(pairs.query):
        best = int(np.argmax(pairs.similarity))
        example = (left[others[pairs.other[best]]][0].text, right[queries[pairs.query[best]]][0].text)
    return AlikeCaptions(
        lang,
        first,
        second,
        captions=len(captions[second]),
        identical=sum(len(found) for text, found in right.items() if text in left),
        near=sum(len(right[queries[place]]) for place in np.unique(pairs.query)),
        example=example,
    )


def _duplicates(lang: str, split: str, captions: list[Caption]) -> Duplicates:
    by_text = _by_text(captions)
    ambiguous = {t: found for t, found in by_text.items() if len({caption.subject for caption in found}) > 1}
    commonest = max(ambiguous.values(), key=len, default=None)
    return Duplicates(
        lang,
        split,
        captions=len(captions),
        ambiguous=sum(len(found) for found in ambiguous.values()),
        texts=len(ambiguous),
        example=commonest[0].text if commonest else "",
    )


def _by_text(captions: Sequence[Caption]) -> dict[str, list[Caption]]:
    found: dict[str, list[Caption]] = defaultdict(list)
    for caption in captions:
        found[normalised(caption.text)].append(caption)
    return found
