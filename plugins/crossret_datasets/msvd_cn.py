"""``msvd-cn``: the clips of MSVD (Chen and Dolan, ACL 2011) with Chinese captions written by people."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crossret.contracts.data import Item
from crossret.errors import DataError, UsageError
from crossret_datasets.facts import Download, Facts, Part, Rules
from crossret_datasets.files_dataset import FilesDataset
from crossret_datasets.texts import Text, numbered, stripped

if TYPE_CHECKING:
    from PIL.Image import Image

CHINESE: Final = "msvd_cn_captions_release_utf8.csv"
MAPPING: Final = "youtube_mapping.txt"
ENGLISH: Final = "AllVideoDescriptions.txt"
RAW: Final = "https://raw.githubusercontent.com"
# By number of the clip, first and last, as in the code beside the captions and in most papers.
SPLITS: Final = {"train": (1, 1200), "val": (1201, 1300), "test": (1301, 1970)}

FACTS: Final = Facts(
    name="msvd-cn",
    title="MSVD-CN",
    protocols={
        "msvd": Rules(
            "1,200 / 100 / 670 clips",
            {name: Part(last - first + 1, {"en": None, "zh": None}) for name, (first, last) in SPLITS.items()},
        )
    },
    texts=(CHINESE, MAPPING, ENGLISH),
    downloads=(
        Download(CHINESE, f"{RAW}/mcislab-machine-learning/MSVD-CN/2d73ee2e63e2c683a02ce4703d400abd161661f7/{CHINESE}"),
        Download(MAPPING, f"{RAW}/yaoli/arctic-capgen-vid/733d0fab88d398eb4902ec35d50514757af73b16/{MAPPING}"),
        Download(ENGLISH, f"https://www.cs.utexas.edu/users/ml/clamp/videoDescription/{ENGLISH}"),
    ),
    pictures=(
        "the clips are YouTubeClips.tar at https://www.cs.utexas.edu/users/ml/clamp/videoDescription/: "
        "unpack it and name the folder with the option images"
    ),
    licence="NOASSERTION",
    terms=(
        "The repository of the Chinese captions and the page of the English ones state no licence; "
        "the mapping is under a BSD-style licence (LICENSE.txt of arctic-capgen-vid)"
    ),
    source="https://github.com/mcislab-machine-learning/MSVD-CN",
    notes=(
        "11,758 Chinese captions of 1,970 clips, some of them several times in the same words.",
        "English captions are needed for training, not for a test in Chinese.",
        "Clips need a visual backbone for clips (clips:hog, say), or stored features with the ids vid1 to vid1970.",
    ),
)


class MsvdCn(FilesDataset):
    """Reads three tables; an item is a clip by its number, ``vid1301``. Implements ``ClipDataset``."""

    facts = FACTS
    endings = (".avi", ".mp4")

    def items_of(self, protocol: str, split: str) -> tuple[str, ...]:
        """The clips of a split by number; the mapping must have them."""
        first, last = SPLITS[split]
        items = tuple(f"vid{number}" for number in range(first, last + 1))
        missing = next((item for item in items if item not in self._name_of), None)
        if missing is not None:
            raise DataError(f"{self.files.path(MAPPING)}: no clip {missing!r}; expected vid1 to vid1970")
        return items

    def texts_of(self, protocol: str, split: str, lang: str) -> tuple[Text, ...]:
        """The captions of the split's clips in the order of their file."""
        wanted = frozenset(self.items_of(protocol, split))
        texts = self._english if lang == "en" else self._chinese
        return tuple(text for text in texts if text.item in wanted)

    def names_of(self, item: str) -> tuple[str, ...]:
        """Clips are called as on the page they come from, or by number."""
        names = [self._name_of[item]] if item in self._name_of else []
        return tuple(f"{name}{ending}" for name in (*names, item) for ending in self.endings)

    def clip(self, item: Item) -> Path:
        """The file of a clip.

        Raises:
            DataError: it is missing.
        """
        return self.file_of(item.id)

    def image(self, item: Item) -> Image:
        """None: an item is a clip.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            f"data set 'msvd-cn' has clips, no pictures ({item.id}): use a visual backbone for clips, e.g. clips:hog"
        )

    @cached_property
    def _name_of(self) -> dict[str, str]:
        """By number, the name under which a clip was published: ``-4wsuPCjDBc_5_15``."""
        found: dict[str, str] = {}
        for line in self.files.texts(MAPPING):
            name, _, number = line.text.strip().partition(" ")
            if not number.startswith("vid"):
                raise DataError(f"{line.where}: found {line.text!r}; expected the name of a clip, a blank and vidN")
            if number in found:
                raise DataError(f"{line.where}: found {number!r} again; expected every clip once")
            found[number] = name
        return found

    @cached_property
    def _chinese(self) -> tuple[Text, ...]:
        """``12910,vid1421.mp4,caption``; the caption is not quoted and may hold a comma."""
        found: dict[str, Text] = {}
        for line in self.files.texts(CHINESE):
            number, _, rest = line.text.partition(",")
            clip, comma, caption = rest.partition(",")
            if not number.isdigit() or not clip.startswith("vid") or not comma:
                raise DataError(f"{line.where}: found {line.text!r}; expected number,vidN.mp4,caption")
            if number in found:
                raise DataError(f"{line.where}: caption {number} is there twice; expected different ids")
            found[number] = Text(clip.removesuffix(".mp4"), number, stripped(line.where, caption))
        return tuple(found.values())

    @cached_property
    def _english(self) -> tuple[Text, ...]:
        """``-4wsuPCjDBc_5_15 a squirrel is eating``; lines that begin with ``#`` are notes.

        Clips outside the mapping are left out.
        """
        numbers = {name: number for number, name in self._name_of.items()}
        pairs = []
        for line in self.files.lines(ENGLISH):
            name, _, caption = line.text.partition(" ")
            if name in numbers:
                pairs.append((numbers[name], stripped(line.where, caption)))
        return numbered(pairs)
