"""The data sets ``nrccr-*``: the published collections in the layout of the NRCCR authors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from crossret.contracts.data import Caption, Description, Item, Problem, ProtocolInfo, Split
from crossret.contracts.translation import Hop, Route, Translation
from crossret.errors import DataError, UsageError, unknown
from crossret_datasets.authors.caption_lines import Empty
from crossret_datasets.authors.cleaning import clean_english
from crossret_datasets.authors.collection import Collection
from crossret_datasets.authors.description import describe
from crossret_datasets.authors.layouts import (
    MSCOCO,
    MSRVTT_CN,
    MULTI30K,
    SOURCE,
    SPLITS,
    VATEX,
    Layout,
    ProtocolFiles,
    Role,
    human,
)
from crossret_datasets.authors.pictures import Pictures
from crossret_datasets.authors.records import CaptionId, recorded
from crossret_datasets.authors.text_files import read_ids
from crossret_datasets.authors.verification import verify

if TYPE_CHECKING:
    from PIL.Image import Image

ENGINE = "google"


class NrccrDataset:
    """One collection; implements :class:`crossret.contracts.data.Dataset` and ``TranslatedDataset``.

    English captions by people exist for training only, except where ``…val_enc`` and ``…test_enc`` files (clips:
    ``…val`` and ``…test``) were added. Machine translations are joined by visual id and number, never by line.

    Args:
        layout: how the files are named.
        root: the folder that holds the collection's folder, e.g. ``vatex/``.
        clean: English is cleaned where the published code cleans it (method section 1.7): source captions in training
            and, for clips, the machine-translated queries too. Everything else is read as it is.
        empty: ``error``, or ``skip`` to leave out lines without a caption.
    """

    source_language = SOURCE

    def __init__(self, layout: Layout, root: str, *, clean: bool = True, empty: Empty = "error") -> None:
        if empty not in get_args(Empty):
            raise unknown(f"value of option 'empty' of data set {layout.name!r}", str(empty), get_args(Empty))
        if not isinstance(clean, bool):
            raise UsageError(f"option 'clean' of data set {layout.name!r}: expected true or false, found {clean!r}")
        self.layout = layout
        self.collection = Collection(layout, Path(root), empty)
        self.clean = clean
        self._splits: dict[tuple[str, str], Split] = {}
        self._digests: dict[tuple[tuple[str, int, int], ...], str] = {}

    @property
    def protocols(self) -> Mapping[str, ProtocolInfo]:
        """The layout's protocols; each has the one gallery ``test``."""
        return {name: ProtocolInfo(files.summary, ("test",)) for name, files in self.layout.protocols.items()}

    def fingerprint(self) -> str:
        """Hash of the options and of every caption file and id list; pictures count by name and size."""
        stats = [(path, path.stat()) for path in self.collection.content()]
        stamp = tuple((str(path), status.st_size, status.st_mtime_ns) for path, status in stats)
        if stamp not in self._digests:
            digest = hashlib.sha256(f"{self.layout.name} {self.clean} {self.collection.empty}".encode())
            for path, _ in stats:
                with path.open("rb") as file:
                    digest.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}".encode())
            digest.update(self._pictures.fingerprint().encode())
            self._digests = {stamp: digest.hexdigest()[:16]}
        return self._digests[stamp]

    def test_languages(self, protocol: str) -> tuple[str, ...]:
        """Languages with human test captions; English only if its captions were added to both ``val`` and ``test``.

        Raises:
            DataError: there are none.
        """
        files = self._files(protocol)
        english = all(self.collection.has(protocol, split, "source", SOURCE) for split in ("val", "test"))
        found = tuple(lang for lang in files.languages if self.collection.has(protocol, "test", "target", lang))
        if not found:
            self.collection.path(protocol, "test", "target", files.languages[0])
        return ((SOURCE,) if english else ()) + found

    def split(self, protocol: str, name: str) -> Split:
        """The items of a list of ids, in its order; where there is no list, those with captions."""
        self._files(protocol)
        if name not in SPLITS:
            raise unknown(f"split of {self.layout.name}", name, SPLITS)
        if (protocol, name) not in self._splits:
            self._splits[protocol, name] = Split(name, tuple(Item(i, i) for i in self._item_ids(protocol, name)))
        return self._splits[protocol, name]

    def _item_ids(self, protocol: str, split: str) -> tuple[str, ...]:
        listed = self.collection.id_list(protocol, split)
        if listed is not None:
            return read_ids(listed)
        if split == "train":
            return self._captioned(protocol, split, SOURCE)
        languages = self.collection.languages(protocol, "target") or self.layout.protocols[protocol].languages
        return self._captioned(protocol, split, languages[0])

    def _captioned(self, protocol: str, split: str, lang: str) -> tuple[str, ...]:
        role = human(lang)
        return tuple(dict.fromkeys(line.visual for line in self.collection.lines(protocol, split, role, lang)))

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        """Captions by people, in the order of their file.

        Raises:
            UsageError: unknown protocol, split or language.
            DataError: no such file, or it is malformed or names an item that the split does not list.
        """
        files = self._files(protocol)
        if lang not in (SOURCE, *files.languages):
            raise unknown(f"language of {self.layout.name}, protocol {protocol}", lang, (SOURCE, *files.languages))
        shown = self.split(protocol, split).subjects()
        cleaned = lang == SOURCE and self._cleans_english(split)
        role = human(lang)
        path = self.collection.path(protocol, split, role, lang)
        found = []
        for line in self.collection.lines(protocol, split, role, lang):
            if line.visual not in shown:
                raise DataError(
                    f"{path}:{line.number}: caption of {line.visual!r}, which "
                    f"{self.collection.id_list(protocol, split) or 'the split'} does not list"
                )
            identifier = CaptionId(protocol, split, line.visual, lang, line.k)
            text = clean_english(line.text) if cleaned else line.text
            found.append(Caption(str(identifier), line.visual, lang, text))
        return tuple(found)

    def recorded_routes(self, source: str, target: str) -> tuple[Route, ...]:
        """One hop from or to English if some protocol has its file."""
        if SOURCE not in (source, target) or source == target:
            return ()
        roles: tuple[Role, ...] = ("forward",) if source == SOURCE else ("back", "queries")
        lang = target if source == SOURCE else source
        known = any(
            lang in self.collection.languages(protocol, role) for protocol in self.layout.protocols for role in roles
        )
        return (Route((Hop(ENGINE, source, target),)),) if known else ()

    def recorded(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        """The translation with the same visual id and number; ``failed`` where its file has none.

        Raises:
            DataError: the file is missing or malformed.
        """
        return recorded(self.collection, captions, route.hops[0].source, route.hops[-1].target, self._cleans_english)

    def _cleans_english(self, split: str) -> bool:
        return self.clean and (split == "train" or self.layout.cleans_queries)

    def image(self, item: Item) -> Image:
        """The picture of an item, RGB.

        Raises:
            DataError: the collection has clips, or the picture is missing.
        """
        return self._pictures.image(item)

    @cached_property
    def _pictures(self) -> Pictures:
        return Pictures(self.layout, self.collection.folder)

    def translations(self) -> Path | None:
        """None: translations are recorded by caption."""
        return None

    def describe(self, protocol: str) -> Description:
        """Counts per split and language beside the published ones."""
        self._files(protocol)
        return describe(self, protocol)

    def verify(self) -> Sequence[Problem]:
        """Read every file that is there; what is malformed or does not fit together is a problem."""
        return verify(self)

    def _files(self, protocol: str) -> ProtocolFiles:
        if protocol not in self.layout.protocols:
            raise unknown(f"protocol of {self.layout.name}", protocol, self.layout.protocols)
        return self.layout.protocols[protocol]


def vatex(root: str, clean: bool = True, empty: Empty = "error") -> NrccrDataset:
    """``nrccr-vatex``."""
    return NrccrDataset(VATEX, root, clean=clean, empty=empty)


def msrvtt_cn(root: str, clean: bool = True, empty: Empty = "error") -> NrccrDataset:
    """``nrccr-msrvtt-cn``."""
    return NrccrDataset(MSRVTT_CN, root, clean=clean, empty=empty)


def multi30k(root: str, clean: bool = True, empty: Empty = "error") -> NrccrDataset:
    """``nrccr-multi30k``."""
    return NrccrDataset(MULTI30K, root, clean=clean, empty=empty)


def mscoco(root: str, clean: bool = True, empty: Empty = "error") -> NrccrDataset:
    """``nrccr-mscoco``."""
    return NrccrDataset(MSCOCO, root, clean=clean, empty=empty)
