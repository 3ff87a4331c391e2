"""Checking the files of a published data set against what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crossret.contracts.data import Problem
from crossret.errors import DataError
from crossret_datasets.checksums import difference, known_checksums
from crossret_datasets.facts import Part

if TYPE_CHECKING:
    from crossret_datasets.files_dataset import FilesDataset


def verify(dataset: FilesDataset) -> list[Problem]:
    """Everything that differs from the facts; empty if all is well. A fault is told once."""
    problems = [*_check_checksums(dataset)]
    for protocol, rules in dataset.facts.protocols.items():
        for name, part in rules.parts.items():
            problems += _check_part(dataset, protocol, name, part)
    return list(dict.fromkeys([*problems, *_check_pictures(dataset)]))


def problem_of(error: DataError) -> Problem:
    """An error line as a problem: its place, and the rest."""
    where, _, message = str(error).partition(": ")
    return Problem(where, message)


def _check_checksums(dataset: FilesDataset) -> Iterator[Problem]:
    try:
        expected = known_checksums(dataset.facts, dataset.root)
    except DataError as error:
        yield problem_of(error)
        return
    for name, checksum in expected.items():
        path = dataset.root / name
        if path.is_file() and (differs := difference(path, checksum)):
            yield Problem(str(path), differs)


def _check_part(dataset: FilesDataset, protocol: str, name: str, part: Part) -> Iterator[Problem]:
    place = f"{dataset.facts.name}, protocol {protocol}, split {name}"
    try:
        items = dataset.split(protocol, name).items
    except DataError as error:
        yield problem_of(error)
        return
    if len(items) != part.items:
        yield Problem(place, f"found {len(items):,} items; expected {part.items:,}")
    known = {item.id for item in items}
    for lang, count in part.captions.items():
        try:
            captions = dataset.captions(protocol, name, lang)
        except DataError as error:
            yield problem_of(error)
            continue
        if count is not None and len(captions) != count:
            yield Problem(place, f"found {len(captions):,} captions in {lang}; expected {count:,}")
        strange = next((caption for caption in captions if caption.subject not in known), None)
        if strange is not None:
            yield Problem(place, f"found a caption {strange.id!r}; expected items of the split only")


def _check_pictures(dataset: FilesDataset) -> Iterator[Problem]:
    items = dataset.all_items()
    missing = [item for item in items if not dataset.pictures.has(*dataset.names_of(item))]
    if missing:
        yield Problem(
            str(dataset.pictures.folder),
            f"{len(missing):,} of {len(items):,} files are missing, the first is {dataset.names_of(missing[0])[0]!r}; "
            f"{dataset.pictures.remedy}",
        )
