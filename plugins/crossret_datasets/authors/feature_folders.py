"""Where the features of a collection lie."""

from __future__ import annotations

from pathlib import Path

from crossret.errors import DataError, nearest
from crossret_datasets.authors.collection import FEATURES
from crossret_datasets.authors.layouts import LAYOUTS


def feature_folder(root: Path, collection: str, feature: str) -> Path:
    """``FeatureData/<feature>`` of a collection, or a folder of that name beside ``FeatureData``.

    Args:
        root: the folder that holds the collection's folder.
        collection: any of the names that the collection's folder may have.
        feature: name of the features.

    Raises:
        DataError: there is none; the line names the nearest.
    """
    homes = [root / name for name in _names(collection) if (root / name).is_dir()]
    if not homes:
        raise DataError(f"{root}: no collection {collection!r}{nearest(collection, _folders(root))}")
    for home in homes:
        for folder in (home / FEATURES / feature, home / feature):
            if feature and folder.is_dir():
                return folder
    raise DataError(f"{homes[0] / FEATURES}: no features {feature!r}{nearest(feature, _folders(homes[0] / FEATURES))}")


def _names(collection: str) -> tuple[str, ...]:
    """The name given, then the other names of the same collection."""
    known = next((layout.collections for layout in LAYOUTS if collection in layout.collections), ())
    return (collection, *known)


def _folders(home: Path) -> list[str]:
    return [entry.name for entry in home.iterdir() if entry.is_dir()] if home.is_dir() else []
