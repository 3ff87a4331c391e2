"""Writes the manifest of a finished data folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from crossret_emoji.builder.deterministic import write_json
from crossret_emoji.concepts import load_concepts
from crossret_emoji.counting import count_protocol, count_texts
from crossret_emoji.languages import load_languages
from crossret_emoji.layout import (
    CARD,
    CONCEPT_COLUMNS,
    CONCEPTS,
    DESIGNS,
    LANGUAGE_COLUMNS,
    LANGUAGES,
    LICENCES,
    MANIFEST,
    NOTICE,
    PROVENANCE,
    TEXT_COLUMNS,
    TRANSLATION_COLUMNS,
    TRANSLATIONS,
    drawings,
    texts,
)
from crossret_emoji.manifest import VERSION
from crossret_emoji.pictures import Drawings
from crossret_emoji.protocols import PROTOCOLS
from crossret_emoji.tables import read_table
from crossret_emoji.texts import load_texts


def write_manifest(root: Path) -> None:
    """Describe every file below ``root`` in ``manifest.json``.

    Raises:
        DataError: a file is missing or malformed.
    """
    languages = {code: count_texts(load_texts(root, code)) for code in load_languages(root)}
    concepts = load_concepts(root)
    files = {
        **{name: _entry(root, name) for name in _documents(root)},
        **{name: _table(root, name, columns) for name, columns in _tables(languages).items()},
        **{drawings(design): _zip(root, design) for design in DESIGNS},
    }
    content = {
        "version": VERSION,
        "files": dict(sorted(files.items())),
        "languages": languages,
        "protocols": {name: count_protocol(name, concepts) for name in PROTOCOLS},
    }
    write_json(root / MANIFEST, content)


def _documents(root: Path) -> list[str]:
    licences = sorted(path.name for path in (root / LICENCES).glob("*.txt"))
    return [CARD, NOTICE, PROVENANCE, *(f"{LICENCES}/{name}" for name in licences)]


def _tables(languages: dict[str, dict[str, int]]) -> dict[str, tuple[str, ...]]:
    return {
        CONCEPTS: CONCEPT_COLUMNS,
        LANGUAGES: LANGUAGE_COLUMNS,
        TRANSLATIONS: TRANSLATION_COLUMNS,
        **{texts(code): TEXT_COLUMNS for code in languages},
    }


def _entry(root: Path, name: str) -> dict[str, Any]:
    content = (root / name).read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _table(root: Path, name: str, columns: tuple[str, ...]) -> dict[str, Any]:
    return {**_entry(root, name), "rows": len(read_table(root, name, columns))}


def _zip(root: Path, design: str) -> dict[str, Any]:
    return {**_entry(root, drawings(design)), "images": len(Drawings(root, design).members())}
