"""``coco-cn``: COCO pictures with Chinese captions written or translated by people (Li et al., COCO-CN, 2019)."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from crossret.errors import DataError
from crossret_datasets import coco, karpathy
from crossret_datasets.facts import Download, Facts, Part, Rules
from crossret_datasets.files_dataset import FilesDataset
from crossret_datasets.text_files import unique
from crossret_datasets.texts import Text, stripped

WRITTEN: Final = "imageid.human-written-caption.txt"
TRANSLATED: Final = "imageid.manually-translated-caption.txt"
ARCHIVE: Final = "coco-cn-version1805v1.1.tar.gz"
URL: Final = f"https://huggingface.co/datasets/AIMClab-RUC/COCO-CN/resolve/main/{ARCHIVE}"
CHECKSUM: Final = "sha256:6c126cd8455363a404806e452ec75066a8fc96d73922d9357d993fcdd1d40b8a"


def image_list(split: str) -> str:
    """The pictures of a split."""
    return f"coco-cn_{split}.txt"


TRAINING: Final = {
    "train": Part(18_341, {"en": None, "zh": 20_065}),
    "val": Part(1_000, {"en": None, "zh": 1_100}),
}
LISTS: Final = tuple(image_list(split) for split in ("train", "val", "test"))
FACTS: Final = Facts(
    name="coco-cn",
    title="COCO-CN",
    protocols={
        "written": Rules(
            "Chinese captions written from the picture",
            TRAINING | {"test": Part(1_000, {"en": None, "zh": 1_053})},
        ),
        "translated": Rules(
            "training as in 'written'; the test captions are English ones translated by people, five a picture",
            TRAINING | {"test": Part(1_000, {"en": None, "zh": 5_000})},
        ),
    },
    texts=(*LISTS, WRITTEN, TRANSLATED, karpathy.FILE),
    downloads=(Download(ARCHIVE, URL, CHECKSUM, members=(*LISTS, WRITTEN, TRANSLATED)), karpathy.DOWNLOAD),
    pictures=coco.PICTURES,
    licence="MIT AND CC-BY-4.0",
    terms=(
        "Chinese: LICENSE of the repository, MIT License. English: the COCO Consortium's captions, CC BY 4.0, "
        "in Karpathy's list"
    ),
    source="https://github.com/li-xirong/coco-cn",
    notes=("English captions are needed for training and for English queries, not for a test in Chinese.",),
)


class CocoCn(FilesDataset):
    """Reads the files of the archive ``coco-cn-version1805v1.1``, and English captions from Karpathy's list."""

    facts = FACTS

    def items_of(self, protocol: str, split: str) -> tuple[str, ...]:
        """The pictures in the order of the list."""
        return tuple(coco.coco_picture(line) for line in unique(self.files.texts(image_list(split))))

    def texts_of(self, protocol: str, split: str, lang: str) -> tuple[Text, ...]:
        """Chinese captions in the order of their file, English ones in the order of the pictures."""
        items = self.items_of(protocol, split)
        if lang == "en":
            return tuple(text for item in items for text in self._english(item))
        translated = protocol == "translated" and split == "test"
        wanted = frozenset(items)
        return tuple(text for text in self._chinese(TRANSLATED if translated else WRITTEN) if text.item in wanted)

    def _english(self, item: str) -> tuple[Text, ...]:
        if item not in self._karpathy.english:
            raise DataError(f"{self.files.path(karpathy.FILE)}: no picture {item!r}; expected all of COCO 2014")
        return self._karpathy.english[item]

    @cached_property
    def _karpathy(self) -> karpathy.Karpathy:
        return karpathy.read_karpathy(str(self.files.path(karpathy.FILE)), self.files.document(karpathy.FILE))

    def _chinese(self, name: str) -> tuple[Text, ...]:
        """``COCO_val2014_000000000042#0<tab>caption`` (a blank in some files) → captions."""
        found: dict[tuple[str, str], Text] = {}
        for line in self.files.texts(name):
            identifier, *rest = line.text.split(maxsplit=1)
            item, mark, key = identifier.partition("#")
            if not mark or not rest:
                raise DataError(f"{line.where}: found {line.text!r}; expected picture#number, a tab and a caption")
            if (item, key) in found:
                raise DataError(f"{line.where}: found {identifier!r} again; expected different ids")
            found[item, key] = Text(item, key, stripped(line.where, rest[0]))
        return tuple(found.values())
