"""Data sets: :mod:`crossret.contracts.data`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

from crossret.contracts.data import Caption, CaptionKind, Dataset, Description
from crossret.errors import DataError, UsageError
from crossret.testing.outcomes import ConformanceError, NotApplicableError, expect
from crossret.testing.subject import Subject

MOST_LANGUAGES = 4


def _splits(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Every protocol with its splits."""
    for protocol, info in dataset.protocols.items():
        for split in (*(() if info.test_only else ("train", "val")), *info.galleries):
            yield protocol, split


def _captions(dataset: Dataset) -> Iterator[tuple[str, str, tuple[Caption, ...]]]:
    """Split, language and captions: of the source in training, of some languages elsewhere."""
    for protocol, split in _splits(dataset):
        languages = (dataset.source_language,) if split == "train" else dataset.test_languages(protocol)
        for lang in languages[:MOST_LANGUAGES]:
            yield f"{protocol}/{split}", lang, dataset.captions(protocol, split, lang)


def protocols_are_whole(subject: Subject) -> None:
    """There is a protocol, every protocol has galleries and test languages, and every split has items."""
    dataset = subject.build()
    expect(bool(dataset.protocols), "at least one protocol", "none")
    for name, info in dataset.protocols.items():
        expect(bool(info.galleries), f"a gallery of protocol {name!r}", "none")
        expect(bool(dataset.test_languages(name)), f"a test language of protocol {name!r}", "none")
    for protocol, split in _splits(dataset):
        expect(bool(dataset.split(protocol, split).items), f"items in {protocol}/{split}", "none")


def ids_are_unique(subject: Subject) -> None:
    """No two items of a split and no two captions of a split and language share an id."""
    dataset = subject.build()
    for protocol, split in _splits(dataset):
        ids = [item.id for item in dataset.split(protocol, split).items]
        expect(len(set(ids)) == len(ids), f"unique item ids in {protocol}/{split}", f"{len(ids) - len(set(ids))} twice")
    for place, lang, captions in _captions(dataset):
        ids = [caption.id for caption in captions]
        expect(len(set(ids)) == len(ids), f"unique caption ids in {place} {lang}", f"{len(ids) - len(set(ids))} twice")


def captions_are_well_formed(subject: Subject) -> None:
    """Captions have a text, the language asked for and a known kind; fragments stand in train only."""
    for place, lang, captions in _captions(subject.build()):
        for caption in captions:
            where = f"of caption {caption.id!r} in {place}"
            expect(bool(caption.text.strip()), f"a text {where}", repr(caption.text))
            expect(caption.lang == lang, f"the language {lang!r} {where}", repr(caption.lang))
            expect(caption.kind in get_args(CaptionKind), f"a kind among {get_args(CaptionKind)} {where}", caption.kind)
            expect(caption.kind == "sentence" or place.endswith("/train"), f"a sentence {where}", caption.kind)


def captions_find_their_items(subject: Subject) -> None:
    """Every caption of a split is about a subject that one of its items shows."""
    dataset = subject.build()
    for protocol, split in _splits(dataset):
        shown = dataset.split(protocol, split).subjects()
        languages = (dataset.source_language,) if split == "train" else dataset.test_languages(protocol)
        for lang in languages[:MOST_LANGUAGES]:
            captions = dataset.captions(protocol, split, lang)
            lost = [c.id for c in captions if c.subject not in shown]
            expect(not lost, f"subjects of {protocol}/{split} in {lang!r}", f"others, the first of {lost[:1]}")


def unknown_names_are_usage_errors(subject: Subject) -> None:
    """An unknown protocol, split or language is a UsageError."""
    dataset = subject.build()
    protocol = next(iter(dataset.protocols))
    gallery = dataset.protocols[protocol].galleries[0]
    lang = dataset.test_languages(protocol)[0]
    calls: dict[str, Callable[[], object]] = {
        "the protocol of test_languages": lambda: dataset.test_languages("no-such"),
        "the protocol of split": lambda: dataset.split("no-such", gallery),
        "the name of a split": lambda: dataset.split(protocol, "no-such"),
        "the protocol of captions": lambda: dataset.captions("no-such", gallery, lang),
        "the split of captions": lambda: dataset.captions(protocol, "no-such", lang),
        "the protocol of describe": lambda: dataset.describe("no-such"),
    }
    for what, call in calls.items():
        try:
            call()
        except UsageError:
            continue
        except Exception as error:
            raise ConformanceError(f"UsageError for {what}", f"{type(error).__name__}: {error}") from error
        raise ConformanceError(f"UsageError for {what}", "no error")


def pictures_are_rgb(subject: Subject) -> None:
    """The pictures of the first items are decoded, RGB, and have pixels; one without pictures says so."""
    from PIL.Image import Image

    dataset = subject.build()
    for protocol, split in _splits(dataset):
        for item in dataset.split(protocol, split).items[:2]:
            try:
                picture = dataset.image(item)
            except DataError as error:
                raise NotApplicableError(f"no pictures: {error}") from error
            expect(isinstance(picture, Image), "a picture of Pillow", type(picture).__name__)
            expect(picture.mode == "RGB", f"a picture in mode RGB ({item.id!r})", picture.mode)


def describes_itself(subject: Subject) -> None:
    """Its description counts something and tells of every test language, and its meta names its languages."""
    dataset = subject.build()
    for protocol in dataset.protocols:
        told = dataset.describe(protocol)
        expect(isinstance(told, Description) and bool(told.counts), "a Description with counts", told)
    known = set(subject.component.meta.languages)
    languages = {lang for protocol in dataset.protocols for lang in dataset.test_languages(protocol)}
    strange = sorted(languages - known) if known else []
    expect(not strange, "languages among those of its meta", f"also {', '.join(strange[:5])}")


def verifies_without_problems(subject: Subject) -> None:
    """verify() finds nothing wrong, and a file of translations that it names exists."""
    dataset = subject.build()
    problems = list(dataset.verify())
    expect(not problems, "no problem", f"{problems[0].where}: {problems[0].message}" if problems else "none")
    path = dataset.translations()
    expect(path is None or Path(path).exists(), "translations that exist, or None", path)


CHECKS = (
    protocols_are_whole,
    ids_are_unique,
    captions_are_well_formed,
    captions_find_their_items,
    unknown_names_are_usage_errors,
    pictures_are_rgb,
    describes_itself,
    verifies_without_problems,
)
