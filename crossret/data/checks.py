"""What must hold for a split and its captions before anything is computed from them."""

from __future__ import annotations

from collections.abc import Iterable

from crossret.contracts.data import Caption, Dataset, Split
from crossret.errors import DataError
from crossret.makers import blamed, broken


def checked_split(dataset: Dataset, protocol: str, name: str) -> Split:
    """A split with at least one item, and every id once.

    Raises:
        DataError: it is not so.
        ComponentError: the data set fails, or its answer breaks the contract.
    """
    with blamed(dataset):
        split = dataset.split(protocol, name)
    if not isinstance(split, Split):
        raise broken(dataset, "a Split", type(split).__name__)
    if not split.items:
        raise DataError(f"split {name!r} of protocol {protocol!r} has no items; expected at least one")
    _unique(f"item of split {name!r}", (item.id for item in split.items))
    return split


def checked_captions(dataset: Dataset, protocol: str, split: Split, lang: str) -> tuple[Caption, ...]:
    """A split's captions in one language: no text is blank, every id is there once, and an item shows every subject.

    Raises:
        DataError: it is not so.
        ComponentError: the data set fails, or its answer breaks the contract.
    """
    with blamed(dataset):
        captions = dataset.captions(protocol, split.name, lang)
    strange = next((type(caption).__name__ for caption in captions if not isinstance(caption, Caption)), None)
    if strange is not None:
        raise broken(dataset, f"{lang} captions of class Caption", strange)
    what = f"{lang} caption of split {split.name!r}"
    _unique(what, (caption.id for caption in captions))
    subjects = split.subjects()
    for caption in captions:
        if not caption.text.strip():
            raise DataError(f"{what}: {caption.id!r} is blank; expected a text")
        if caption.subject not in subjects:
            raise DataError(f"{what}: {caption.id!r} describes {caption.subject!r}, which no item of the split shows")
    return captions


def _unique(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for identifier in ids:
        if identifier in seen:
            raise DataError(f"{what}: id {identifier!r} is there twice; expected different ids")
        seen.add(identifier)
