"""One collection on the disk: its folder, and the files that hold what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from crossret.errors import DataError
from crossret_datasets.authors.caption_lines import Empty, Line, read_captions
from crossret_datasets.authors.layouts import SPLITS, Layout, Role, tags
from crossret_datasets.authors.text_files import first_file

TEXTS = "TextData"
FEATURES = "FeatureData"


@dataclass(frozen=True)
class Collection:
    """The files of one layout below a root folder.

    Attributes:
        root: the folder that holds the collection's folder, e.g. ``vatex/``.
        empty: what to do with a line without a caption.
    """

    layout: Layout
    root: Path
    empty: Empty = "error"

    @cached_property
    def folder(self) -> Path:
        """The collection's folder.

        Raises:
            DataError: there is none; the line says which names were tried.
        """
        for name in self.layout.collections:
            if (self.root / name / TEXTS).is_dir():
                return self.root / name
        tried = ", ".join(f"{name}/{TEXTS}" for name in self.layout.collections)
        hint = f"; root is the folder above, {self.root.parent}" if (self.root / TEXTS).is_dir() else ""
        raise DataError(
            f"{self.layout.name}: {self.root} has none of the folders {tried}{hint}; put the authors' caption files "
            "into one of them, or name another folder with --set data.options.root=…"
        )

    @cached_property
    def _named(self) -> Layout:
        """The layout, with the folder's own name as the likeliest prefix."""
        return replace(self.layout, collections=tuple(dict.fromkeys((self.folder.name, *self.layout.collections))))

    def path(self, protocol: str, split: str, role: Role, lang: str) -> Path:
        """A caption file.

        Raises:
            DataError: none of its names exists.
        """
        return first_file(self.folder / TEXTS, self._named.file_names(protocol, split, role, lang))

    def has(self, protocol: str, split: str, role: Role, lang: str) -> bool:
        """Whether a caption file exists."""
        texts = self.folder / TEXTS
        return any((texts / name).is_file() for name in self._named.file_names(protocol, split, role, lang))

    def lines(self, protocol: str, split: str, role: Role, lang: str) -> Iterator[Line]:
        """The captions of a file.

        Raises:
            DataError: it is missing or malformed.
        """
        return read_captions(self.path(protocol, split, role, lang), tags(role, lang), self.empty)

    def id_list(self, protocol: str, split: str) -> Path | None:
        """The file that lists a split's items, if there is one."""
        name = self.layout.protocols[protocol].parts[split].ids
        path = self.folder / FEATURES / name
        return path if name and path.is_file() else None

    def content(self) -> Iterator[Path]:
        """Every file that texts and splits depend on, sorted."""
        lists = {part.ids for files in self.layout.protocols.values() for part in files.parts.values() if part.ids}
        yield from sorted((self.folder / TEXTS).glob("*.caption.txt"))
        yield from (path for name in sorted(lists) if (path := self.folder / FEATURES / name).is_file())

    def languages(self, protocol: str, role: Role) -> tuple[str, ...]:
        """Target languages of a protocol that have such a file in some split."""
        return tuple(
            lang
            for lang in self.layout.protocols[protocol].languages
            if any(self.has(protocol, split, role, lang) for split in SPLITS)
        )
