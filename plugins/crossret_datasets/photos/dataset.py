"""The data set behind ``multi30k-f8k``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crossret.contracts.data import Caption, Description, Item, Problem, ProtocolInfo, Split
from crossret.contracts.translation import Route, Translation
from crossret.errors import DataError, unknown
from crossret_datasets.checksums import checksum_of
from crossret_datasets.photos.captions import read_captions
from crossret_datasets.photos.index import Photo, read_index
from crossret_datasets.photos.layout import CAPTIONS, NAMES, SOURCE
from crossret_datasets.photos.protocols import PROTOCOLS, split_of
from crossret_datasets.photos.recorded import RecordedTranslations
from crossret_datasets.photos.verification import read_checksums, verify

if TYPE_CHECKING:
    from PIL.Image import Image

READER = "multi30k-f8k 1"
CARD = """# multi30k-f8k

Photos that are in Flickr8k and Multi30K, 224 × 224, with one caption per photo in seven languages: English, German,
French, Czech and Brazilian Portuguese are translations of the same sentence (Multi30K task 1, Framed Multi30K); Chinese
(Flickr8k-CN) was written from the picture; Arabic is corrected machine translation. Machine translations of the English
captions by several engines are recorded beside them.

Pictures and captions are for non-commercial research and education.
"""


class Photos:
    """Reads a folder of photos, captions and recorded translations.

    Args:
        root: the folder with ``index.tsv``.
        translations: a further folder of machine translations, laid out like ``mt/`` of the data.

    Raises:
        DataError: there is no such folder.
    """

    def __init__(self, root: str, translations: str = "") -> None:
        self.root = Path(root)
        self._folders = [self.root / "mt", *([Path(translations)] if translations else [])]
        for folder in self._folders[1:]:
            if not folder.is_dir():
                raise DataError(f"{folder}: no such folder; data.options.translations must name one")
        self._recorded = RecordedTranslations(self.root, self._folders)
        self._photos = read_index(self.root)

    @property
    def source_language(self) -> str:
        """English."""
        return SOURCE

    @property
    def protocols(self) -> Mapping[str, ProtocolInfo]:
        """The official split and the larger gallery."""
        return PROTOCOLS

    def fingerprint(self) -> str:
        """Hash of the checksums of all files, those of a further folder of translations included."""
        digest = hashlib.sha256(READER.encode())
        for name, checksum in sorted(read_checksums(self.root).items()):
            digest.update(f"{name} {checksum}\n".encode())
        for folder in self._folders[1:]:
            for path in sorted(folder.rglob("*.tsv.gz")):
                digest.update(f"{path.relative_to(folder)} {checksum_of(path)}\n".encode())
        return digest.hexdigest()[:16]

    def test_languages(self, protocol: str) -> tuple[str, ...]:
        """All seven."""
        if protocol not in PROTOCOLS:
            raise unknown("multi30k-f8k protocol", protocol, PROTOCOLS)
        return tuple(CAPTIONS)

    @cached_property
    def _captions(self) -> dict[str, dict[str, Caption]]:
        return {lang: read_captions(self.root, lang) for lang in CAPTIONS}

    @cached_property
    def _by_id(self) -> dict[str, Photo]:
        return {photo.id: photo for photo in self._photos}

    def split(self, protocol: str, name: str) -> Split:
        """``train``, ``val`` or a gallery, in the order of the index."""
        return split_of(self._photos, self._captions, protocol, name)

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        """One human caption per photo."""
        if lang not in CAPTIONS:
            raise unknown("language", lang, CAPTIONS)
        found = self._captions[lang]
        return tuple(found[item.id] for item in self.split(protocol, split).items if item.id in found)

    def parallel(self, protocol: str, lang: str) -> bool:
        """Those of Multi30K's task 1 translate one another."""
        return CAPTIONS.get(lang) == CAPTIONS[SOURCE]

    def image(self, item: Item) -> Image:
        """The picture, RGB, 224 × 224."""
        from PIL import Image

        with Image.open(self.root / self._by_id[item.id].file) as picture:
            return picture.convert("RGB")

    def translations(self) -> Path | None:
        """None: they are recorded by caption, see :meth:`recorded`."""
        return None

    def recorded_routes(self, source: str, target: str) -> tuple[Route, ...]:
        """One route per engine."""
        return self._recorded.routes(source, target)

    def recorded(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        """What the engine said to each caption."""
        return self._recorded.answers(captions, route)

    def describe(self, protocol: str) -> Description:
        """Counts per split and language."""
        splits = {name: self.split(protocol, name) for name in ("train", "val", *self.protocols[protocol].galleries)}
        counts = {f"photos, {name}": len(split.items) for name, split in splits.items()}
        languages: dict[str, dict[str, str | int | float]] = {
            lang: {
                "name": NAMES[lang],
                "captions": CAPTIONS[lang],
                **{name: sum(item.id in found for item in split.items) for name, split in splits.items()},
                "engines": ", ".join(route.hops[0].engine for route in self.recorded_routes(SOURCE, lang)) or "-",
            }
            for lang, found in self._captions.items()
        }
        return Description(counts, languages, CARD)

    def verify(self) -> Sequence[Problem]:
        """Every file against the checksums that come with the data."""
        return list(verify(self.root))
