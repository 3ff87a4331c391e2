"""What readers of captions of COCO pictures share."""

from __future__ import annotations

from typing import Any, Final

from crossret.errors import DataError
from crossret_datasets.text_files import Line
from crossret_datasets.texts import stripped

PICTURES: Final = (
    "train2014 and val2014 of COCO, from https://cocodataset.org/#download (each picture under the licence of its "
    "photographer): put both folders below one, and name that with the option images"
)


def coco_picture(line: Line) -> str:
    """The id of a picture from a line of a list, with or without its ending.

    Raises:
        DataError: it is no name of a COCO picture.
    """
    name = line.text.strip().removesuffix(".jpg")
    if not name.startswith("COCO_"):
        raise DataError(f"{line.where}: found {name!r}; expected a name such as COCO_val2014_000000000042")
    return name


def captions_by_picture(path: str, document: Any) -> dict[str, list[tuple[str, str]]]:
    """Captions in the JSON format of COCO: by the name of the picture, ids of captions and their texts.

    Raises:
        DataError: a part is missing, or a caption belongs to no picture.
    """
    if not isinstance(document, dict) or not {"images", "annotations"} <= document.keys():
        raise DataError(f"{path}: found no 'images' or no 'annotations'; expected the JSON format of COCO captions")
    try:
        names = {image["id"]: str(image["file_name"]).removesuffix(".jpg") for image in document["images"]}
        found: dict[str, list[tuple[str, str]]] = {name: [] for name in names.values()}
        seen: set[object] = set()
        for one in document["annotations"]:
            where = f"{path}, annotation {one['id']}"
            if one["image_id"] not in names:
                raise DataError(f"{where}: image_id {one['image_id']} is not among the images")
            if one["id"] in seen:
                raise DataError(f"{where}: this id is there twice; expected different ids")
            seen.add(one["id"])
            found[names[one["image_id"]]].append((str(one["id"]), stripped(where, one["caption"])))
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: an entry lacks {error}; expected the JSON format of COCO captions") from error
    return found
