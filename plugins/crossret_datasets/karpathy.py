"""The list of COCO pictures that most papers divide by (Karpathy and Fei-Fei, CVPR 2015), with English captions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from crossret.errors import DataError, nearest
from crossret_datasets.facts import Download
from crossret_datasets.texts import Text, stripped

FILE: Final = "dataset_coco.json"
CAPTIONS: Final = {"train": 566_747, "val": 25_010, "test": 25_010}
# "restval" are the pictures of val2014 that are left over; as is usual, they are trained on.
SPLITS: Final = {"train": "train", "restval": "train", "val": "val", "test": "test"}
DOWNLOAD: Final = Download(
    "caption_datasets.zip",
    "https://cs.stanford.edu/people/karpathy/deepimagesent/caption_datasets.zip",
    "sha256:4cfd70132527b80933105e5829dc9034eaab9573482e2e680abbab6130244817",
    members=(FILE,),
)


@dataclass(frozen=True)
class Karpathy:
    """Pictures by split in the order of the file, and English captions by picture."""

    items: dict[str, tuple[str, ...]]
    english: dict[str, tuple[Text, ...]]


def read_karpathy(path: str, document: Any) -> Karpathy:
    """The content of ``dataset_coco.json``.

    Raises:
        DataError: an entry is malformed, or a picture is there twice.
    """
    items: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    english: dict[str, tuple[Text, ...]] = {}
    try:
        for number, image in enumerate(document["images"]):
            where = f"{path}, image {number}"
            name = str(image["filename"]).removesuffix(".jpg")
            if image["split"] not in SPLITS:
                raise DataError(f"{where}: unknown split {image['split']!r}{nearest(str(image['split']), SPLITS)}")
            if name in english:
                raise DataError(f"{where}: {name!r} is there twice; expected every picture once")
            items[SPLITS[image["split"]]].append(name)
            english[name] = tuple(
                Text(name, str(one["sentid"]), stripped(where, one["raw"])) for one in image["sentences"]
            )
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: an entry lacks {error}; expected Karpathy's list of COCO pictures") from error
    return Karpathy({split: tuple(names) for split, names in items.items()}, english)
