"""``stair``: STAIR Captions, five Japanese captions for every COCO picture (Yoshikawa et al., ACL 2017)."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from crossret.errors import DataError
from crossret_datasets import coco, karpathy
from crossret_datasets.facts import Download, Facts, Part, Rules
from crossret_datasets.files_dataset import FilesDataset
from crossret_datasets.texts import Text

REPOSITORY: Final = "STAIR-Lab-CIT/STAIR-captions"
URL: Final = f"https://raw.githubusercontent.com/{REPOSITORY}/b888953f398cb058ab6e6244cf8ccbe4cceb47f4"
FILES: Final = ("stair_captions_v1.2_train.json", "stair_captions_v1.2_val.json")
PER_PICTURE: Final = 5
FIRST: Final = "test_1k"


def _part(items: int, english: int | None) -> Part:
    return Part(items, {"en": english, "ja": items * PER_PICTURE})


TRAINING: Final = {
    "train": _part(113_287, karpathy.CAPTIONS["train"]),
    "val": _part(5_000, karpathy.CAPTIONS["val"]),
}
FACTS: Final = Facts(
    name="stair",
    title="STAIR Captions 1.2",
    protocols={
        "karpathy": Rules(
            "Karpathy's list; 5,000 test pictures", TRAINING | {"test": _part(5_000, karpathy.CAPTIONS["test"])}
        ),
        "karpathy-1k": Rules(
            "Karpathy's list; the first 1,000 of its test pictures", TRAINING | {FIRST: _part(1_000, None)}
        ),
    },
    texts=(*FILES, karpathy.FILE),
    downloads=(
        Download("stair_captions_v1.2.tar.gz", f"{URL}/stair_captions_v1.2.tar.gz", members=FILES),
        karpathy.DOWNLOAD,
    ),
    pictures=coco.PICTURES,
    licence="CC-BY-4.0",
    terms=(
        "README of the repository: Creative Commons Attribution 4.0 License. English: the COCO Consortium's captions, "
        "CC BY 4.0, in Karpathy's list"
    ),
    source=f"https://github.com/{REPOSITORY}",
    notes=("Reading Karpathy's list takes about 2 GB of memory.",),
)


class Stair(FilesDataset):
    """Reads version 1.2, which has the JSON format of COCO captions, and divides it by Karpathy's list."""

    facts = FACTS

    def items_of(self, protocol: str, split: str) -> tuple[str, ...]:
        """The pictures in the order of Karpathy's list."""
        items = self._karpathy.items
        return items["test"][:1_000] if split == FIRST else items[split]

    def texts_of(self, protocol: str, split: str, lang: str) -> tuple[Text, ...]:
        """The captions, picture by picture."""
        items = self.items_of(protocol, split)
        if lang == "en":
            return tuple(text for item in items for text in self._karpathy.english[item])
        return tuple(text for item in items for text in self._japanese_of(item))

    def _japanese_of(self, item: str) -> tuple[Text, ...]:
        if item not in self._japanese:
            raise DataError(f"{self.root}: no Japanese caption of {item!r} in {' or '.join(FILES)}")
        return self._japanese[item]

    @cached_property
    def _karpathy(self) -> karpathy.Karpathy:
        return karpathy.read_karpathy(str(self.files.path(karpathy.FILE)), self.files.document(karpathy.FILE))

    @cached_property
    def _japanese(self) -> dict[str, tuple[Text, ...]]:
        found: dict[str, tuple[Text, ...]] = {}
        for name in FILES:
            of_file = coco.captions_by_picture(str(self.files.path(name)), self.files.document(name))
            found |= {item: tuple(Text(item, key, text) for key, text in texts) for item, texts in of_file.items()}
        return found
