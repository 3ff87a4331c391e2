"""What all data sets have in common that are read from files as they were published."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from crossret.contracts.data import Caption, Description, Item, Problem, ProtocolInfo, Split
from crossret.errors import DataError, UsageError, unknown
from crossret_datasets.description import describe
from crossret_datasets.facts import Facts, Part, Rules
from crossret_datasets.pictures import Pictures, open_picture
from crossret_datasets.text_files import MissingFileError, TextFiles
from crossret_datasets.texts import Text, to_captions

if TYPE_CHECKING:
    from PIL.Image import Image


class FilesDataset(ABC):
    """Implements :class:`crossret.contracts.data.Dataset` over a folder; a reader adds how its files are parsed.

    An item is its own subject. Files are read when they are first needed.

    Args:
        root: the folder of the text files; default: ``data/NAME`` below the working folder.
        images: the folder of the pictures (or clips); default: ``images`` below ``root``.
        translations: machine translations for the translator ``file``.
    """

    facts: ClassVar[Facts]
    endings: ClassVar[tuple[str, ...]] = (".jpg",)

    def __init__(self, root: str | None = None, images: str | None = None, translations: str | None = None) -> None:
        self.root = Path(root) if root is not None else Path("data") / self.facts.name
        self.files = TextFiles(self.root, self.facts.remedy)
        self.pictures = Pictures(self.root / (images or "images"), self.facts.pictures)
        self._translations = None if translations is None else self.root / translations
        self._splits: dict[tuple[str, str], Split] = {}

    @abstractmethod
    def items_of(self, protocol: str, split: str) -> tuple[str, ...]:
        """Ids of a split in gallery order: the names of the pictures without their ending."""

    @abstractmethod
    def texts_of(self, protocol: str, split: str, lang: str) -> tuple[Text, ...]:
        """All captions of a split in one language, in the order of the file."""

    @property
    def source_language(self) -> str:
        """The language whose human captions may be trained on."""
        return self.facts.source_language

    @property
    def protocols(self) -> Mapping[str, ProtocolInfo]:
        """Protocols by name."""
        return {name: rules.info() for name, rules in self.facts.protocols.items()}

    def fingerprint(self) -> str:
        """Hash of all text files, and of the names and sizes of all pictures, that are there; computed once."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        digest = hashlib.sha256(f"{self.facts.name}\n".encode())
        for name in self.facts.texts:
            path = self.root / name
            if path.is_file():
                with path.open("rb") as file:
                    digest.update(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
        for item in self.all_items():
            if self.pictures.has(*self.names_of(item)):
                digest.update(f"{item} {self.file_of(item).stat().st_size}\n".encode())
        return digest.hexdigest()[:16]

    def test_languages(self, protocol: str) -> tuple[str, ...]:
        """Languages with captions in every gallery, as published."""
        return self._rules(protocol).test_languages()

    def split(self, protocol: str, name: str) -> Split:
        """The items of a split in the order of its list; every id is there once."""
        self._part(protocol, name)
        if (protocol, name) not in self._splits:
            items = tuple(Item(identifier, identifier) for identifier in self.items_of(protocol, name))
            self._splits[protocol, name] = Split(name, items)
        return self._splits[protocol, name]

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        """Human captions of a split in one language, in the order of the file.

        Those that equal a source caption of their item are marked, if source captions are at hand.
        """
        known = self._part(protocol, split).captions
        if lang not in known:
            raise unknown(f"language of data set {self.facts.name!r}, split {split!r}", lang, known)
        texts = self.texts_of(protocol, split, lang)
        source = () if lang == self.source_language else self._source_texts(protocol, split, known)
        return to_captions(texts, lang, source)

    def _source_texts(self, protocol: str, split: str, known: Mapping[str, int | None]) -> tuple[Text, ...]:
        """Source captions to compare with; none where their file is not at hand, as for a test without them."""
        if self.source_language not in known:
            return ()
        try:
            return self.texts_of(protocol, split, self.source_language)
        except MissingFileError:
            return ()

    def image(self, item: Item) -> Image:
        """The picture, RGB, upright.

        Raises:
            DataError: it is missing or cannot be decoded.
        """
        return open_picture(self.file_of(item.id))

    def file_of(self, item: str) -> Path:
        """The file of a picture or clip.

        Raises:
            DataError: it is missing.
        """
        return self.pictures.find(*self.names_of(item))

    def names_of(self, item: str) -> tuple[str, ...]:
        """The names that the file of an item may have."""
        return tuple(f"{item}{ending}" for ending in self.endings)

    def all_items(self) -> tuple[str, ...]:
        """The items of every split whose list is at hand, each once."""
        found: dict[str, None] = {}
        for protocol, rules in self.facts.protocols.items():
            for name in rules.parts:
                try:
                    found.update(dict.fromkeys(item.id for item in self.split(protocol, name).items))
                except DataError:
                    continue
        return tuple(found)

    def translations(self) -> Path | None:
        """The file named by the option ``translations``."""
        return self._translations

    def describe(self, protocol: str) -> Description:
        """Counts as published, per split and language; what of it is at hand; the data card."""
        return describe(self, protocol, self._rules(protocol))

    def verify(self) -> Sequence[Problem]:
        """Compare text files with their checksums and counts, and look for every picture."""
        from crossret_datasets.verification import verify

        return verify(self)

    def fetch(self, *, trust: bool, report: Callable[[str], None]) -> None:
        """Fetch the text files that may be fetched; see :class:`crossret.contracts.data.FetchedDataset`."""
        from crossret_datasets.fetching import fetch_all

        fetch_all(self.facts, self.root, trust=trust, report=report)

    def _rules(self, protocol: str) -> Rules:
        if protocol not in self.facts.protocols:
            raise unknown(f"protocol of data set {self.facts.name!r}", protocol, self.facts.protocols)
        return self.facts.protocols[protocol]

    def _part(self, protocol: str, split: str) -> Part:
        rules = self._rules(protocol)
        if split in rules.parts:
            return rules.parts[split]
        if rules.info().test_only and split in ("train", "val"):
            raise UsageError(
                f"data set {self.facts.name!r}, protocol {protocol!r}, is for testing only: it has no split {split!r}"
            )
        raise unknown(f"split of data set {self.facts.name!r}, protocol {protocol!r}", split, rules.parts)
