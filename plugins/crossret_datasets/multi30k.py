"""``multi30k``: Flickr30K pictures with captions in English, German, French and Czech, as the repository ships them."""

from __future__ import annotations

from typing import Final

from crossret.errors import DataError
from crossret_datasets.facts import Download, Facts, Part, Rules
from crossret_datasets.files_dataset import FilesDataset
from crossret_datasets.multi30k_checksums import MD5
from crossret_datasets.text_files import Line, unique
from crossret_datasets.texts import Text, numbered

URL: Final = "https://raw.githubusercontent.com/multi30k/dataset/c40b37b23d6387214f8ab37335b5a8672b9745f2"
FOUR: Final = ("en", "de", "fr", "cs")
THREE: Final = ("en", "de", "fr")
PER_IMAGE: Final = 5

TRAIN: Final = {"train": 29_000, "val": 1_014}
GALLERIES: Final = {
    "test_2016_flickr": (1_000, FOUR),
    "test_2017_flickr": (1_000, THREE),
    "test_2017_mscoco": (461, THREE),
    "test_2018_flickr": (1_071, FOUR),
}
# Lists and sentences of task 2 have names of their own. The file test_2017_images.txt beside them holds the pictures of
# test_2018_flickr and has no sentences: it is not read.
TASK2: Final = {"train": "train", "val": "val", "test_2016": "test_2016"}
TASK1_OF: Final = {"val": "val", "test_2016": "test_2016_flickr"}


def _task1(summary: str, *galleries: str) -> Rules:
    parts = {name: Part(items, dict.fromkeys(FOUR, items)) for name, items in TRAIN.items()}
    tests = {name: GALLERIES[name] for name in galleries}
    return Rules(summary, parts | {n: Part(items, dict.fromkeys(langs, items)) for n, (items, langs) in tests.items()})


def _task2() -> Rules:
    def part(items: int, *single: str) -> Part:
        return Part(items, dict.fromkeys(("en", "de"), items * PER_IMAGE) | dict.fromkeys(single, items))

    parts = {"train": part(29_000), "val": part(1_014, "fr", "cs"), "test_2016": part(1_000, "fr", "cs")}
    return Rules("five English captions a picture, German ones written independently; fr and cs as in task 1", parts)


PROTOCOLS: Final = {
    "task1": _task1("one caption a picture, translated from English by people; test 2016", "test_2016_flickr"),
    "task1-2017": _task1("the test sets of 2017 (no Czech)", "test_2017_flickr", "test_2017_mscoco"),
    "task1-2018": _task1("the test set of 2018", "test_2018_flickr"),
    "task2": _task2(),
}


def sentences(split: str, lang: str) -> str:
    """The file of one caption a picture (task 1)."""
    return f"data/task1/raw/{split}.{lang}.gz"


def independent(split: str, number: int, lang: str) -> str:
    """One of the five files of captions that were written independently (task 2)."""
    return f"data/task2/raw/{split}.{number}.{lang}.gz"


def image_list(split: str) -> str:
    """The pictures of a split of task 1."""
    return f"data/task1/image_splits/{split}.txt"


def image_list_2(split: str) -> str:
    """The pictures of a split of task 2."""
    return f"data/task2/image_splits/{split}_images.txt"


def _checksum(name: str) -> str | None:
    return f"md5:{MD5[name]}" if name in MD5 else None


def _files() -> tuple[str, ...]:
    languages = dict.fromkeys(TRAIN, FOUR) | {name: langs for name, (_, langs) in GALLERIES.items()}
    return (
        *(image_list(split) for split in languages),
        *(sentences(split, lang) for split, langs in languages.items() for lang in langs),
        *(image_list_2(split) for split in TASK2),
        *(independent(s, n, lang) for s in TASK2 for lang in ("en", "de") for n in range(1, PER_IMAGE + 1)),
    )


FACTS: Final = Facts(
    name="multi30k",
    title="Multi30K",
    protocols=PROTOCOLS,
    texts=_files(),
    downloads=tuple(Download(name, f"{URL}/{name}", _checksum(name)) for name in _files()),
    pictures=(
        "flickr30k-images is given out on request at https://shannon.cs.illinois.edu/DenotationGraph/; name the folder "
        "with the option images. Pictures of test_2017_flickr and test_2018_flickr are not in it: the README of the "
        "repository links to them. test_2017_mscoco shows COCO pictures of train2014 and val2014 "
        "(https://cocodataset.org/#download). Put or link these folders below the same one"
    ),
    licence="LicenseRef-research-only",
    terms=(
        "README of the repository: solely provided for researchers and educators who wish to use the dataset for "
        "non-commercial research and/or educational purposes; cite Elliott et al., Multi30K, 2016"
    ),
    source="https://github.com/multi30k/dataset",
    notes=(
        "The lists of task 1 and task 2 hold the same pictures in the same splits.",
        "The list of test_2017_mscoco names a picture and one of its COCO captions (`picture.jpg#caption`); "
        "a picture that is named with two captions is one item with two.",
        "Task 2 has no sentences after 2016; its list test_2017_images.txt holds pictures of test_2018_flickr.",
    ),
)


class Multi30k(FilesDataset):
    """Reads ``data/task1`` and ``data/task2`` of a copy of the repository; files may be gzipped or not."""

    facts = FACTS

    def items_of(self, protocol: str, split: str) -> tuple[str, ...]:
        """The pictures in the order of the list."""
        return tuple(dict.fromkeys(self._pictures(image_list_2(split) if protocol == "task2" else image_list(split))))

    def texts_of(self, protocol: str, split: str, lang: str) -> tuple[Text, ...]:
        """The captions in the order of the list; of several files, one after the other."""
        if protocol != "task2":
            return numbered(self._pairs(image_list(split), sentences(split, lang)))
        if lang in ("fr", "cs"):
            return numbered(self._pairs(image_list(TASK1_OF[split]), sentences(TASK1_OF[split], lang)))
        names = [independent(split, number, lang) for number in range(1, PER_IMAGE + 1)]
        return numbered(pair for name in names for pair in self._pairs(image_list_2(split), name))

    def parallel(self, protocol: str, lang: str) -> bool:
        """Those of task 1; those of task 2 were written from the picture."""
        return protocol != "task2"

    def _pairs(self, list_name: str, name: str) -> list[tuple[str, str]]:
        pictures, lines = self._pictures(list_name), self.files.texts(name)
        if len(lines) != len(pictures):
            raise DataError(
                f"{self.files.path(name)}: found {len(lines)} lines; expected {len(pictures)}, "
                f"one for each of {self.files.path(list_name)}"
            )
        return [(picture, line.text.strip()) for picture, line in zip(pictures, lines, strict=True)]

    def _pictures(self, list_name: str) -> list[str]:
        """The picture of every line; one picture may have several lines that name different captions of it."""
        return [picture_of(line) for line in unique(self.files.texts(list_name))]


def picture_of(line: Line) -> str:
    """``COCO_val2014_000000016486.jpg#768628`` → the picture's name without its ending.

    Raises:
        DataError: it is no JPEG.
    """
    name, _, _ = line.text.strip().partition("#")
    if not name.endswith(".jpg"):
        raise DataError(f"{line.where}: found {line.text.strip()!r}; expected the name of a .jpg")
    return name.removesuffix(".jpg")
