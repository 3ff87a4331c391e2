"""Data sets: items, captions, splits and protocols, before anything is translated or encoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from PIL.Image import Image

    from crossret.contracts.translation import Route, Translation

CaptionKind = Literal["sentence", "fragment"]


@dataclass(frozen=True, slots=True)
class Item:
    """One picture or clip.

    Attributes:
        id: unique inside the data set.
        subject: what it shows; several items may share a subject (several drawings of one concept).
    """

    id: str
    subject: str


@dataclass(frozen=True, slots=True)
class Caption:
    """One text about a subject, written by a human.

    Attributes:
        id: unique inside the data set.
        subject: the subject it describes: it is relevant to every item that shows this subject.
        lang: BCP-47 code.
        kind: a ``sentence`` stands alone; a ``fragment`` (a tag, a keyword) may be joined with others.
        same_as_source: equal to a source-language text of the same subject.
    """

    id: str
    subject: str
    lang: str
    text: str
    kind: CaptionKind = "sentence"
    same_as_source: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """The visual side of one part of a protocol.

    Attributes:
        name: ``train``, ``val`` or the name of a test gallery.
        items: the items in gallery order; the order decides ties.
        queried: subjects that are queries; the others are distractors. ``None``: all are queries.
    """

    name: str
    items: tuple[Item, ...]
    queried: frozenset[str] | None = None

    def subjects(self) -> frozenset[str]:
        """All subjects that an item of this split shows."""
        return frozenset(item.subject for item in self.items)


@dataclass(frozen=True, slots=True)
class ProtocolInfo:
    """A named way to use a data set: which splits there are and what they measure.

    Attributes:
        test_only: there is no ``train`` and no ``val``: models trained on other data are evaluated on its galleries.
    """

    summary: str
    galleries: tuple[str, ...]
    test_only: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that verification found wrong, as one line: file, place, found, expected."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Description:
    """What ``crossret data show`` prints: counts and the data card."""

    counts: Mapping[str, int]
    languages: Mapping[str, Mapping[str, str | int | float]]
    card: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Dataset(Protocol):
    """A data set with human captions; the machine-translated ones are made by translators.

    Every method that takes a ``protocol`` or ``split`` raises :class:`crossret.errors.UsageError` on an unknown name
    and :class:`crossret.errors.DataError` on broken files.
    """

    @property
    def source_language(self) -> str:
        """BCP-47 code of the language whose human captions may be trained on."""
        ...

    @property
    def protocols(self) -> Mapping[str, ProtocolInfo]:
        """Protocols by name; the first is the default."""
        ...

    def fingerprint(self) -> str:
        """Hash of the content that results depend on."""
        ...

    def test_languages(self, protocol: str) -> tuple[str, ...]:
        """Languages with human test captions; the source language among them if ``val`` and the galleries have its."""
        ...

    def split(self, protocol: str, name: str) -> Split:
        """``train``, ``val`` or one of the protocol's galleries."""
        ...

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        """Human captions of a split in one language, in a fixed order; fragments only in ``train``."""
        ...

    def image(self, item: Item) -> Image:
        """The decoded picture, RGB.

        Raises:
            DataError: the data set has clips or features, not pictures.
        """
        ...

    def translations(self) -> Path | None:
        """The file of machine translations shipped with the data, if any (read by the ``file`` translator)."""
        ...

    def describe(self, protocol: str) -> Description:
        """Counts per split and language and the data card."""
        ...

    def verify(self) -> Sequence[Problem]:
        """Check every file against the manifest (counts and hashes); empty if all is well."""
        ...


@runtime_checkable
class TranslatedDataset(Protocol):
    """A data set that records machine translations caption by caption; the ``recorded`` translator reads them.

    Unlike a file of texts, it may answer equal texts differently: what counts is the caption's id.
    """

    def recorded_routes(self, source: str, target: str) -> tuple[Route, ...]:
        """Routes from ``source`` to ``target`` that are recorded, best first; empty if there is none."""
        ...

    def recorded(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        """One answer per caption; a caption without a record gets status ``failed``.

        For a back-translation, the captions asked for are translations: they have the id of the source caption, and
        the language and text of its translation.
        """
        ...


@runtime_checkable
class ParallelDataset(Protocol):
    """A data set some of whose human captions are translations, so that machine translations can be compared with them.

    Where a data set does not say so, captions of two languages only describe the same item.
    """

    def parallel(self, protocol: str, lang: str) -> bool:
        """Whether the captions of a language translate the source captions of their subject, in the same order."""
        ...


@runtime_checkable
class ClipDataset(Dataset, Protocol):
    """A data set whose items are video files."""

    def clip(self, item: Item) -> Path:
        """The file of an item; whoever decodes it says so if it is missing or broken."""
        ...


@runtime_checkable
class FetchedDataset(Protocol):
    """A data set whose files, or some of them, can be fetched from where they were published."""

    def fetch(self, *, trust: bool, report: Callable[[str], None]) -> None:
        """Fetch what may be fetched and is not there; every file appears whole or not at all.

        Args:
            trust: take files without a known checksum as they come, and remember that of what came.
            report: told of every file, and of the terms.

        Raises:
            DataError: a file cannot be fetched, is not what its checksum says, or has none and ``trust`` is off.
            ComponentError: a library is missing.
        """
        ...
