"""Reads every file of a collection and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from crossret.contracts.data import Problem
from crossret.errors import CrossretError
from crossret_datasets.authors.layouts import SOURCE, SPLITS, Role

if TYPE_CHECKING:
    from crossret_datasets.authors.collection import Collection
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
    return list(dict.fromkeys(problem for protocol in checked for problem in _of_protocol(dataset, protocol)))


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


def _tried(read: Callable[[], object]) -> Iterator[Problem]:
    try:
        read()
    except CrossretError as error:
        yield _problem(error)


def _problem(error: CrossretError) -> Problem:
    where, _, message = str(error).partition(": ")
    return Problem(where, message)
