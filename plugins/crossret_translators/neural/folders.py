"""Folders that hold a model, as a recipe names them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from crossret.errors import DataError, UsageError, unknown

KEYS = ("path", "source", "target")

ModelOption = str | Mapping[str, object]


class Declared(NamedTuple):
    """Language codes as the files of a model have them; empty if they do not tell."""

    source: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """Where a model lies.

    Attributes:
        path: its folder, or its name on a hub.
        source: BCP-47 codes of the languages it reads; empty: what its files say.
        target: of those it writes.
    """

    path: str
    source: tuple[str, ...] = field(default=())
    target: tuple[str, ...] = field(default=())

    def declared(self) -> Declared:
        """What the tokenizer's configuration says about languages.

        Raises:
            DataError: it is no JSON.
        """
        content = read_json(Path(self.path) / "tokenizer_config.json", missing={})
        if not isinstance(content, dict):
            return Declared()
        return Declared(*(str(content.get(key) or "") for key in ("source_lang", "target_lang")))


def model_folders(engine: str, models: ModelOption | Sequence[ModelOption]) -> tuple[ModelFolder, ...]:
    """The option ``models``: a path, or a list of paths and of ``{path, source, target}``.

    Raises:
        UsageError: it is something else, or names no model.
    """
    listed = [models] if isinstance(models, str | Mapping) else list(models)
    if not listed:
        raise UsageError(f"translator {engine!r}: models is empty; expected the path of a model")
    return tuple(_folder(engine, item) for item in listed)


def _folder(engine: str, item: object) -> ModelFolder:
    if isinstance(item, str) and item:
        return ModelFolder(item)
    if not isinstance(item, Mapping) or not isinstance(item.get("path"), str):
        raise UsageError(f"translator {engine!r}: models has {item!r}; expected a path or {{path, source, target}}")
    for key in item:
        if key not in KEYS:
            raise unknown(f"key in models of translator {engine!r}:", str(key), KEYS)
    return ModelFolder(str(item["path"]), _codes(item.get("source")), _codes(item.get("target")))


def _codes(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else (str(value),)


def existing(engine: str, folder: ModelFolder) -> Path:
    """The folder's path.

    Raises:
        DataError: there is no such folder.
    """
    path = Path(folder.path)
    if not path.is_dir():
        found = "is no folder" if path.exists() else "there is no such folder"
        raise DataError(f"{path}: {found}; translator {engine!r} expected the folder of a model")
    return path


def digest(path: Path) -> str:
    """Hash of all files of a folder, names and contents, without those of a hub's client."""
    found = hashlib.sha256()
    for file in _files(path):
        with file.open("rb") as content:
            inner = hashlib.file_digest(content, "sha256").hexdigest()
        found.update(f"{file.relative_to(path).as_posix()} {inner}\n".encode())
    return found.hexdigest()[:16]


def _files(path: Path) -> Iterator[Path]:
    for file in sorted(path.rglob("*")):
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts):
            yield file


def read_json(path: Path, missing: object) -> object:
    """The content of a JSON file.

    Args:
        path: of the file.
        missing: what stands for a file that is not there.

    Raises:
        DataError: it is no JSON.
    """
    if not path.is_file():
        return missing
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path}: not JSON: {error}") from error
