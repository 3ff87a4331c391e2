"""Where the features of a collection lie."""

from __future__ import annotations

from pathlib import Path

from crossret.errors import DataError, nearest
from crossret_datasets.authors.collection import FEATURES


def feature_folder(root: Path, collection: str, feature: str) -> Path:
    """``FeatureData/<feature>`` of a collection, or a folder of that name beside ``FeatureData``.

    Raises:
        DataError: there is none; the line names the nearest.
    """
    home = root / collection
    for folder in (home / FEATURES / feature, home / feature):
        if feature and folder.is_dir():
            return folder
    if not home.is_dir():
        raise DataError(f"{root}: no collection {collection!r}{nearest(collection, _folders(root))}")
    raise DataError(f"{home / FEATURES}: no features {feature!r}{nearest(feature, _folders(home / FEATURES))}")


def _folders(home: Path) -> list[str]:
    return [entry.name for entry in home.iterdir() if entry.is_dir()] if home.is_dir() else []
