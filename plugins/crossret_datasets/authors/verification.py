"""Reads every file of a collection and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from crossret.contracts.data import Item, Problem
from crossret.errors import CrossretError
from crossret_datasets.authors.bigfile import MATRIX
from crossret_datasets.authors.collection import FEATURES, Collection
from crossret_datasets.authors.frame_features import FRAMES, BigFileFeatures
from crossret_datasets.authors.layouts import SOURCE, SPLITS, Role
from crossret_datasets.authors.picture_features import NpyFeatures

if TYPE_CHECKING:
    from crossret_datasets.authors.dataset import NrccrDataset

_TRANSLATED: Final[tuple[tuple[str, Role], ...]] = (
    ("train", "forward"),
    ("train", "back"),
    ("val", "queries"),
    ("test", "queries"),
)


def verify(dataset: NrccrDataset) -> list[Problem]:
    """The first thing wrong in each file; a protocol without training captions or an untranslated language is none."""
    files = dataset.collection
    try:
        present = [name for name in dataset.layout.protocols if files.has(name, "train", "source", SOURCE)]
    except CrossretError as error:
        return [_problem(error)]
    checked = present or list(dataset.layout.protocols)[:1]
    found = [problem for protocol in checked for problem in _of_protocol(dataset, protocol)]
    return list(dict.fromkeys([*found, *_of_features(dataset, checked)]))


def _of_protocol(dataset: NrccrDataset, protocol: str) -> Iterator[Problem]:
    files = dataset.collection
    for split in SPLITS:
        yield from _tried(partial(dataset.split, protocol, split))
    yield from _tried(partial(dataset.captions, protocol, "train", SOURCE))
    yield from _tried(partial(dataset.test_languages, protocol))
    for lang in files.languages(protocol, "forward"):
        for split in ("val", "test"):
            yield from _tried(partial(dataset.captions, protocol, split, lang))
        for split, role in _TRANSLATED:
            yield from _tried(partial(_read_all, files, protocol, split, role, lang))


def _read_all(files: Collection, protocol: str, split: str, role: Role, lang: str) -> None:
    for _ in files.lines(protocol, split, role, lang):
        pass


def _of_features(dataset: NrccrDataset, protocols: Sequence[str]) -> Iterator[Problem]:
    """Every folder of features must have finite ones for every item."""
    folder = dataset.collection.folder
    for entry in sorted((folder / FEATURES).glob("*/")):
        if (entry / MATRIX).exists() or (entry / FRAMES).exists():
            yield from _tried(partial(_read_frames, dataset, protocols, entry.name))
        elif any(entry.glob("*.npy")):
            yield from _tried(partial(_read_vectors, dataset, protocols, entry.name))


def _read_frames(dataset: NrccrDataset, protocols: Sequence[str], feature: str) -> None:
    backbone = BigFileFeatures(str(dataset.collection.root), dataset.collection.folder.name, feature)
    for item in _items(dataset, protocols):
        backbone.frame_features([item])


def _read_vectors(dataset: NrccrDataset, protocols: Sequence[str], feature: str) -> None:
    backbone = NpyFeatures(str(dataset.collection.root), feature, dataset.collection.folder.name)
    backbone.features(_items(dataset, protocols))


def _items(dataset: NrccrDataset, protocols: Sequence[str]) -> list[Item]:
    found = (item for protocol in protocols for split in SPLITS for item in dataset.split(protocol, split).items)
    return list(dict.fromkeys(found))


def _tried(read: Callable[[], object]) -> Iterator[Problem]:
    try:
        read()
    except CrossretError as error:
        yield _problem(error)


def _problem(error: CrossretError) -> Problem:
    where, _, message = str(error).partition(": ")
    return Problem(where, message)
