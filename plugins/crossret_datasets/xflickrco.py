"""``xflickr-co``: the test set of xFlickr&CO, 1,000 Flickr30K and 1,000 COCO pictures in eight languages.

Bugliarello et al., IGLUE, ICML 2022.
"""

from __future__ import annotations

import re
from typing import Any, Final

from crossret.errors import DataError
from crossret_datasets.facts import Download, Facts, Part, Rules
from crossret_datasets.files_dataset import FilesDataset
from crossret_datasets.texts import Text, numbered, stripped

LANGUAGES: Final = ("en", "de", "es", "id", "ja", "ru", "tr", "zh")
URL: Final = "https://raw.githubusercontent.com/e-bug/iglue/d8ac1dfbac5eb34164fcb451b81e3e84c784e8f0"
COCO: Final = "COCO_"
# The Japanese captions of Flickr30K pictures come from Flickr30k Entities JP and keep the numbers of its phrases:
# "4オレンジ色の2帽子". Those of COCO pictures come from STAIR, and a number in them is one.
PHRASE_NUMBER: Final = re.compile(r"[0-9]+(?=[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff])")


def file_of(lang: str) -> str:
    """The file of one language."""
    return f"datasets/xFlickrCO/annotations/{lang}/test.jsonl"


FILES: Final = tuple(file_of(lang) for lang in LANGUAGES)
FACTS: Final = Facts(
    name="xflickr-co",
    title="xFlickr&CO",
    protocols={"test": Rules("zero-shot test", {"test": Part(2_000, dict.fromkeys(LANGUAGES, 2_000))})},
    texts=FILES,
    downloads=tuple(Download(name, f"{URL}/{name}") for name in FILES),
    pictures=(
        "flickr30k-images (on request at https://shannon.cs.illinois.edu/DenotationGraph/) and val2014 of COCO "
        "(https://cocodataset.org/#download): put or link both folders below one, and name that with the option images"
    ),
    licence="MIT",
    terms="LICENSE of the repository: MIT License",
    source="https://github.com/e-bug/iglue",
    notes=(
        "For testing only: train on other data, then `crossret evaluate CHECKPOINT --data xflickr-co`.",
        "Japanese captions of Flickr30K pictures hold the numbers of phrases as published; they are taken out, "
        "and with them a number that is one and stands before a Japanese letter.",
        "Some Spanish captions begin in English; they are left as they are.",
    ),
)


class XFlickrCO(FilesDataset):
    """Reads one JSONL file per language; the English one gives the order of the pictures."""

    facts = FACTS

    def items_of(self, protocol: str, split: str) -> tuple[str, ...]:
        """The pictures in the order of the English file."""
        first: dict[str, str] = {}
        for where, found in self.files.objects(file_of("en")):
            item = _item(where, found)
            if item in first:
                raise DataError(f"{where}: found {item!r} again, as at {first[item]}; expected every picture once")
            first[item] = where
        return tuple(first)

    def texts_of(self, protocol: str, split: str, lang: str) -> tuple[Text, ...]:
        """The captions in the order of their file."""
        return numbered(
            (_item(where, found), _caption(where, text, lang, flickr=not _item(where, found).startswith(COCO)))
            for where, found in self.files.objects(file_of(lang))
            for text in _sentences(where, found)
        )


def _item(where: str, found: dict[str, Any]) -> str:
    name = found.get("img_path")
    if not isinstance(name, str) or not name.endswith(".jpg"):
        raise DataError(f"{where}: img_path is {name!r}; expected the name of a .jpg")
    return name.removesuffix(".jpg")


def _sentences(where: str, found: dict[str, Any]) -> list[object]:
    sentences = found.get("sentences")
    if not isinstance(sentences, list) or not sentences:
        raise DataError(f"{where}: sentences is {sentences!r}; expected a list of captions")
    return sentences


def _caption(where: str, text: object, lang: str, *, flickr: bool) -> str:
    caption = stripped(where, text)
    return PHRASE_NUMBER.sub("", caption) if flickr and lang == "ja" else caption
