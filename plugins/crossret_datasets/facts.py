"""What is known of a published data set before its files are read: protocols, counts, files, terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossret.contracts.data import ProtocolInfo

TRAIN, VAL = "train", "val"


@dataclass(frozen=True, slots=True)
class Part:
    """One split as it was published.

    Attributes:
        items: their number.
        captions: their number per language; ``None`` where it was not published.
    """

    items: int
    captions: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Rules:
    """A protocol: ``train`` and ``val``, if there are any, and the test galleries."""

    summary: str
    parts: Mapping[str, Part]

    @property
    def galleries(self) -> tuple[str, ...]:
        """The names of the test galleries."""
        return tuple(name for name in self.parts if name not in (TRAIN, VAL))

    def info(self) -> ProtocolInfo:
        """What a user sees of it."""
        return ProtocolInfo(self.summary, self.galleries, test_only=TRAIN not in self.parts)

    def test_languages(self) -> tuple[str, ...]:
        """Languages with captions in every gallery."""
        first, *others = (self.parts[name].captions for name in self.galleries)
        return tuple(lang for lang in first if all(lang in other for other in others))


@dataclass(frozen=True, slots=True)
class Download:
    """One file that may be fetched.

    Attributes:
        path: where it goes below the data set's folder.
        checksum: of its bytes, ``sha256:…`` or ``md5:…`` as others have published it; ``None``: not known, so that the
            first one fetched is trusted if the user says so.
        members: of an archive, the files that are unpacked beside it.
    """

    path: str
    url: str
    checksum: str | None = None
    members: tuple[str, ...] = ()

    @property
    def results(self) -> tuple[str, ...]:
        """The files that are there afterwards, below the data set's folder."""
        folder = self.path.rpartition("/")[0]
        return tuple(f"{folder}/{member}" if folder else member for member in self.members) or (self.path,)


@dataclass(frozen=True, slots=True)
class Facts:
    """A published data set.

    Attributes:
        title: full name, for the data card.
        texts: the text files below its folder.
        downloads: where each of them was published.
        pictures: where to get the pictures, and where to put them.
        licence: for listings.
        terms: the licence in the words of its owners, with the file that says it.
        notes: what a reader of a score has to know.
    """

    name: str
    title: str
    protocols: Mapping[str, Rules]
    texts: tuple[str, ...]
    pictures: str
    licence: str
    terms: str
    source: str
    downloads: tuple[Download, ...]
    notes: tuple[str, ...] = ()
    source_language: str = "en"

    @property
    def remedy(self) -> str:
        """How to get a text file; the end of an error line."""
        return f"get it with: crossret data fetch {self.name}"
