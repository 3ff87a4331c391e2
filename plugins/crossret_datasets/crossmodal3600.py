"""``crossmodal-3600``: 3,600 pictures from all over the world, captions in 36 languages, for testing.

Thapliyal, Pont-Tuset, Chen and Soricut, Crossmodal-3600, EMNLP 2022.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from crossret.errors import DataError, nearest
from crossret_datasets.facts import Download, Facts, Part, Rules
from crossret_datasets.files_dataset import FilesDataset
from crossret_datasets.texts import Text, numbered, stripped

FILE: Final = "captions.jsonl"
KEY: Final = "image/key"
_CODES: Final = """
ar bn cs da de el en es fa fi fil fr he hi hr hu id it ja ko mi nl no pl pt quz ro ru sv sw te th tr uk vi zh
"""
LANGUAGES: Final = tuple(_CODES.split())

FACTS: Final = Facts(
    name="crossmodal-3600",
    title="Crossmodal-3600",
    protocols={"test": Rules("zero-shot test", {"test": Part(3_600, dict.fromkeys(LANGUAGES))})},
    texts=(FILE,),
    downloads=(
        Download("captions.zip", "https://google.github.io/crossmodal-3600/web-data/captions.zip", members=(FILE,)),
    ),
    pictures=(
        "https://open-images-dataset.s3.amazonaws.com/crossmodal-3600/images.tgz (Open Images, CC BY 2.0): "
        "unpack it and name the folder with the option images"
    ),
    licence="CC-BY-4.0",
    terms="index.html of the project: the annotations are licensed by Google LLC under CC BY 4.0",
    source="https://google.github.io/crossmodal-3600/",
    notes=(
        "For testing only: train on other data, then `crossret evaluate CHECKPOINT --data crossmodal-3600`.",
        "About two captions a picture and language, 261,375 in all, written from the picture and not translated.",
    ),
)


class Crossmodal3600(FilesDataset):
    """Reads ``captions.jsonl``: one object per picture, with its key and, per language, a list of captions."""

    facts = FACTS

    def items_of(self, protocol: str, split: str) -> tuple[str, ...]:
        """The keys in the order of the file."""
        return tuple(self._pictures)

    def texts_of(self, protocol: str, split: str, lang: str) -> tuple[Text, ...]:
        """The captions, picture by picture."""
        return numbered(
            (key, stripped(f"{where}, {lang}", text))
            for key, (where, found) in self._pictures.items()
            for text in _captions(where, found, lang)
        )

    @cached_property
    def _pictures(self) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """Place and content of each object, by key."""
        found: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for where, content in self.files.objects(FILE):
            key = content.get(KEY)
            if not isinstance(key, str) or not key:
                raise DataError(f"{where}: {KEY!r} is {key!r}; expected the key of a picture")
            if key in found:
                raise DataError(f"{where}: found {key!r} again, as at {found[key][0]}; expected every picture once")
            found[key] = where, content
        return found


def _captions(where: str, content: Mapping[str, Any], lang: str) -> Iterator[object]:
    if lang not in content:
        known = (name for name in content if not name.startswith("image/"))
        raise DataError(f"{where}: no language {lang!r}{nearest(lang, known)}")
    texts = content[lang].get("caption") if isinstance(content[lang], dict) else None
    if not isinstance(texts, list):
        raise DataError(f"{where}, {lang}: found no list 'caption'")
    yield from texts
