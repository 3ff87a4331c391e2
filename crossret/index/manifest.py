"""What stands beside an index: what it was made of, how, and how well it finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from crossret.atomic import write_text
from crossret.errors import DataError
from crossret.index.kinds import Kind
from crossret.index.parts import Part

MANIFEST_FILE = "manifest.json"
VERSION = 1


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Model(_Facts):
    """The checkpoint whose embeddings these are.

    Attributes:
        fingerprint: of all that its embeddings depend on.
        path: where it was.
        languages: it was trained on.
    """

    fingerprint: str
    path: str
    languages: tuple[str, ...]


class Source(_Facts):
    """What was embedded: a registered data set, or shards.

    Attributes:
        dataset: name of the data set; empty: shards.
        gallery: as it was asked for.
        shards: paths of tar files, in order.
        content: hash of all of it.
    """

    name: str
    dataset: str = ""
    options: dict[str, Any] = {}
    protocol: str = ""
    gallery: str | None = None
    shards: tuple[str, ...] = ()
    content: str


class IndexFile(_Facts):
    """One FAISS index over some rows."""

    file: str
    start: int
    stop: int
    bytes: int


class Recall(_Facts):
    """How much of the exact answer it finds.

    Attributes:
        queries: what was asked, in words.
        count: how many queries it was measured on; none of them helped to choose the effort.
        at: by k, the mean share of the exact k best that it finds.
        milliseconds: of one query alone, median.
    """

    queries: str
    count: int
    at: dict[int, float]
    milliseconds: float


class Manifest(_Facts):
    """An index.

    Attributes:
        effort: candidates of a graph or lists looked through; 0 for a flat index.
        lists: of an IVF index.
        codes: bytes of a vector in an IVF index.
        seconds: that embedding and building took, when they were last done.
    """

    version: int = VERSION
    model: Model
    source: Source
    kind: Kind
    dimension: int
    stored: str
    count: int
    lists: int
    codes: int
    effort: int
    parts: tuple[Part, ...]
    files: tuple[IndexFile, ...]
    recall: Recall
    seconds: dict[str, float]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it; from now on the index is that one."""
    write_text(folder / MANIFEST_FILE, manifest.model_dump_json(indent=1) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Read it.

    Raises:
        DataError: there is none, or it cannot be understood.
    """
    path = folder / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DataError(f"{folder}: no index here (expected {MANIFEST_FILE}); make one with crossret index") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise DataError(f"{path}: {place or 'content'}: {first['msg']}; build it again with crossret index") from error
