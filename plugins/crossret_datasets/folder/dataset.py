"""The data set ``folder``: pictures or clips in a folder, and a table of captions beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crossret.contracts.data import Caption, Description, Item, Problem, ProtocolInfo, Split
from crossret.errors import DataError, UsageError, nearest, unknown
from crossret_datasets.folder.captions import SPLITS, SUFFIXES, Row, read_captions
from crossret_datasets.folder.splitting import divide
from crossret_datasets.pictures import Pictures, open_picture
from crossret_datasets.texts import Text, numbered, to_captions
from crossret_datasets.verification import problem_of

if TYPE_CHECKING:
    from PIL.Image import Image

PROTOCOL: Final = "folder"
CLIPS: Final = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm"})
TRANSLATIONS: Final = tuple(f"translations{suffix}{gz}" for suffix in SUFFIXES for gz in ("", ".gz"))


class Folder:
    """Implements :class:`crossret.contracts.data.Dataset`; an item is its own subject, and its id is its file's name.

    Args:
        root: the folder. All other paths are taken from here if they are not absolute.
        captions: table of captions; default: ``captions.csv``, ``.tsv`` or ``.jsonl``.
        images: folder of the pictures or clips; default: ``images`` if there is such a folder, else ``root``.
        source: language whose captions are trained on.
        translations: machine translations for the translator ``file``; default: ``translations.csv``, ``.tsv`` or
            ``.jsonl``, perhaps with ``.gz``, if there is one.
        seed: of the division into splits, for a table without the column ``split``.
        val: share of the items for validation.
        test: share of the items for testing.
    """

    def __init__(
        self,
        root: str,
        captions: str | None = None,
        images: str | None = None,
        source: str = "en",
        translations: str | None = None,
        seed: int = 0,
        val: float = 0.1,
        test: float = 0.1,
    ) -> None:
        self.root = Path(root)
        self.source_language = source
        self._captions = captions
        default = "images" if (self.root / "images").is_dir() else "."
        self.pictures = Pictures(self.root / (images or default), "the table of captions names it")
        self._named_translations = translations
        self.seed, self.shares = int(seed), (float(val), float(test))
        if min(self.shares) < 0 or sum(self.shares) >= 1:
            raise ValueError(f"val {val} and test {test} must be shares that leave something for training")

    @property
    def protocols(self) -> Mapping[str, ProtocolInfo]:
        """One: ``folder``."""
        test_only = "train" not in self._items
        how = "by the column 'split'" if self._rows[0].split else f"divided by seed {self.seed}"
        return {PROTOCOL: ProtocolInfo(f"items of {self.root}, {how}", ("test",), test_only=test_only)}

    def fingerprint(self) -> str:
        """Hash of the table of captions, of the division, and of the names and sizes of the files; computed once."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        digest = hashlib.sha256(f"{self.source_language} {self.seed} {self.shares}\n".encode())
        digest.update(self._table.read_bytes())
        for item in self._split_of:
            path = self.pictures.folder / item
            digest.update(f"{item} {path.stat().st_size if path.is_file() else 'missing'}\n".encode())
        return digest.hexdigest()[:16]

    def test_languages(self, protocol: str) -> tuple[str, ...]:
        """Languages with a caption of a test item, in alphabetical order."""
        self._check(protocol)
        return tuple(sorted({row.lang for row in self._rows if self._split_of[row.item] == "test"}))

    def split(self, protocol: str, name: str) -> Split:
        """The items in the order in which the table first names them."""
        self._check(protocol, name)
        return Split(name, tuple(Item(item, item) for item in self._items[name]))

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        """Captions in the order of the table; none if the split has none in a language of the table."""
        self._check(protocol, split)
        known = {row.lang for row in self._rows}
        if lang not in known:
            raise unknown(f"language of {self._table}", lang, known)
        source = () if lang == self.source_language else self._texts(split, self.source_language)
        return to_captions(self._texts(split, lang), lang, source)

    def image(self, item: Item) -> Image:
        """The picture, RGB, upright.

        Raises:
            UsageError: it is a clip.
            DataError: it is missing or cannot be decoded.
        """
        path = self.clip(item)
        if path.suffix.lower() in CLIPS:
            raise UsageError(f"{path}: is a clip; use a visual backbone for clips, e.g. clips:hog")
        return open_picture(path)

    def clip(self, item: Item) -> Path:
        """The file of a clip (or picture); see :class:`crossret.contracts.data.ClipDataset`.

        Raises:
            DataError: it is missing.
        """
        return self.pictures.find(item.id)

    def translations(self) -> Path | None:
        """The file of machine translations, if there is one."""
        if self._named_translations is not None:
            return self.root / self._named_translations
        return next((self.root / name for name in TRANSLATIONS if (self.root / name).is_file()), None)

    def describe(self, protocol: str) -> Description:
        """Counts per split and language."""
        self._check(protocol)
        counts = {f"{name} items": len(items) for name, items in self._items.items()}
        rows: dict[str, dict[str, str | int | float]] = {
            lang: {f"{name} captions": len(self._texts(name, lang)) for name in self._items}
            for lang in sorted({row.lang for row in self._rows})
        }
        summary = self.protocols[PROTOCOL].summary
        translated = self.translations() or "none"
        card = f"# {self.root}\n\n{summary}. Source language: {self.source_language}. Translations: {translated}.\n"
        return Description(counts, rows, card, {"protocol": summary, "licence": "yours"})

    def verify(self) -> Sequence[Problem]:
        """Read the table and look for every file."""
        try:
            items = list(self._split_of)
        except DataError as error:
            return [problem_of(error)]
        missing = [item for item in items if not self.pictures.has(item)]
        if not missing:
            return []
        where = str(self.pictures.folder)
        first = next(row for row in self._rows if row.item == missing[0])
        message = f"{len(missing):,} of {len(items):,} files are missing, the first is {first.item!r} ({first.where})"
        return [Problem(where, message)]

    def _check(self, protocol: str, split: str | None = None) -> None:
        if protocol != PROTOCOL:
            raise unknown("protocol of data set 'folder'", protocol, (PROTOCOL,))
        if split is None or split in self._items:
            return
        if split in SPLITS:
            raise UsageError(f"{self._table}: no item is in split {split!r}; found: {', '.join(self._items)}")
        raise unknown("split of data set 'folder'", split, SPLITS)

    @cached_property
    def _table(self) -> Path:
        names = [f"captions{suffix}" for suffix in SUFFIXES] if self._captions is None else [self._captions]
        found = [self.root / name for name in names if (self.root / name).is_file()]
        if len(found) == 1:
            return found[0]
        if found:
            raise DataError(f"{found[0]}: there is {found[1].name}, too; name one with the option captions")
        there = sorted(path.name for path in self.root.iterdir()) if self.root.is_dir() else []
        where = f"{self.root}: no table of captions" if there else f"{self.root}: no such folder, or nothing in it"
        raise DataError(f"{where} (tried {', '.join(names)}){nearest(names[0], there) if there else ''}")

    @cached_property
    def _rows(self) -> list[Row]:
        rows = read_captions(self._table)
        languages = {row.lang for row in rows}
        if self.source_language not in languages:
            raise DataError(
                f"{self._table}: no caption in the source language {self.source_language!r}"
                f"{nearest(self.source_language, languages)}; the option source names another"
            )
        return rows

    @cached_property
    def _split_of(self) -> dict[str, str]:
        """The split of every item, in the order of the table."""
        if self._rows[0].split:
            return {row.item: row.split for row in self._rows}
        divided = divide((row.item for row in self._rows), self.seed, *self.shares)
        return {row.item: divided[row.item] for row in self._rows}

    @cached_property
    def _items(self) -> dict[str, list[str]]:
        """Items by split; only splits that have any."""
        found = {name: [item for item, split in self._split_of.items() if split == name] for name in SPLITS}
        return {name: items for name, items in found.items() if items}

    def _texts(self, split: str, lang: str) -> tuple[Text, ...]:
        return numbered(
            (row.item, row.text) for row in self._rows if row.lang == lang and self._split_of[row.item] == split
        )
