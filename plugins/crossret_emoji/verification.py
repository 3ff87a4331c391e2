"""Checking a data folder against its manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from crossret.contracts.data import Problem
from crossret.errors import DataError
from crossret_emoji.concepts import Concept, load_concepts
from crossret_emoji.counting import count_protocol, count_texts
from crossret_emoji.languages import load_languages
from crossret_emoji.layout import (
    CONCEPTS,
    DESIGNS,
    LANGUAGES,
    MANIFEST,
    TRANSLATION_COLUMNS,
    TRANSLATIONS,
    drawings,
    member,
    texts,
)
from crossret_emoji.manifest import FileEntry, Manifest, read_manifest
from crossret_emoji.pictures import Drawings
from crossret_emoji.protocols import PROTOCOLS
from crossret_emoji.tables import read_table
from crossret_emoji.texts import load_texts


def verify(root: Path) -> list[Problem]:
    """Everything that differs from the manifest or does not fit together; empty if all is well."""
    try:
        manifest = read_manifest(root)
    except DataError as error:
        return [_problem(MANIFEST, error)]
    problems = [problem for name, entry in manifest.files.items() for problem in _check_file(root, name, entry)]
    return problems + list(_check_content(root, manifest))


def _check_file(root: Path, name: str, entry: FileEntry) -> Iterator[Problem]:
    try:
        content = (root / name).read_bytes()
    except OSError as error:
        yield Problem(name, f"found no readable file ({error.strerror}); expected {entry.bytes} bytes")
        return
    if len(content) != entry.bytes:
        yield Problem(name, f"found {len(content)} bytes; expected {entry.bytes}")
    found = hashlib.sha256(content).hexdigest()
    if found != entry.sha256:
        yield Problem(name, f"found sha256 {found[:16]}…; expected {entry.sha256[:16]}…")


def _check_content(root: Path, manifest: Manifest) -> Iterator[Problem]:
    try:
        concepts = load_concepts(root)
    except DataError as error:
        yield _problem(CONCEPTS, error)
        return
    yield from _check_concepts(manifest, concepts)
    yield from _guard(root, LANGUAGES, _check_languages(root, manifest))
    yield from _guard(root, TRANSLATIONS, _check_translations(root, manifest))
    for design in DESIGNS:
        yield from _guard(root, drawings(design), _check_drawings(root, manifest, design, concepts))
    known = frozenset(concept.id for concept in concepts)
    for lang in manifest.languages:
        yield from _guard(root, texts(lang), _check_texts(root, manifest, lang, known))


def _guard(root: Path, name: str, problems: Iterator[Problem]) -> Iterator[Problem]:
    """Turn an unreadable file into a problem; a missing one has been reported with its size and hash."""
    if not (root / name).is_file():
        return
    try:
        yield from problems
    except DataError as error:
        yield _problem(name, error)


def _problem(name: str, error: DataError) -> Problem:
    return Problem(name, str(error).removeprefix(name).lstrip(":, "))


def _check_concepts(manifest: Manifest, concepts: Sequence[Concept]) -> Iterator[Problem]:
    yield from _check_rows(manifest, CONCEPTS, len(concepts))
    for protocol in PROTOCOLS:
        found, expected = count_protocol(protocol, concepts), manifest.protocols.get(protocol)
        if found != expected:
            yield Problem(CONCEPTS, f"protocol {protocol}: found {found}; expected {expected}")


def _check_languages(root: Path, manifest: Manifest) -> Iterator[Problem]:
    languages = load_languages(root)
    yield from _check_rows(manifest, LANGUAGES, len(languages))
    found = {code: {"names": language.names, "keywords": language.keywords} for code, language in languages.items()}
    for code in sorted(found.keys() | manifest.languages.keys()):
        if found.get(code) != manifest.languages.get(code):
            yield Problem(
                LANGUAGES, f"language {code}: found {found.get(code)}; expected {manifest.languages.get(code)}"
            )


def _check_translations(root: Path, manifest: Manifest) -> Iterator[Problem]:
    rows = read_table(root, TRANSLATIONS, TRANSLATION_COLUMNS)
    yield from _check_rows(manifest, TRANSLATIONS, len(rows))
    seen: set[tuple[str, ...]] = set()
    for number, (source, target, text, translation, status, _) in enumerate(rows, start=2):
        if (source, target, text) in seen:
            yield Problem(TRANSLATIONS, f"row {number}: found {source} to {target} of {text!r} again; expected it once")
        if (translation == "") != (status == "failed"):
            yield Problem(TRANSLATIONS, f"row {number}: found status {status} with text {translation!r}")
        seen.add((source, target, text))


def _check_drawings(root: Path, manifest: Manifest, design: str, concepts: Sequence[Concept]) -> Iterator[Problem]:
    name, found = drawings(design), Drawings(root, design).members()
    entry = manifest.files.get(name)
    if entry is not None and entry.images != len(found):
        yield Problem(name, f"found {len(found)} images; expected {entry.images}")
    named = {member(concept.id) for concept in concepts if design in concept.designs}
    for missing in sorted(named - found):
        yield Problem(name, f"found no member {missing}; expected it, {CONCEPTS} names it")
    for extra in sorted(found - named):
        yield Problem(name, f"found member {extra}; expected none, {CONCEPTS} does not name it")


def _check_texts(root: Path, manifest: Manifest, lang: str, known: frozenset[str]) -> Iterator[Problem]:
    name, found = texts(lang), load_texts(root, lang)
    yield from _check_rows(manifest, name, len(found))
    if count_texts(found) != manifest.languages[lang]:
        yield Problem(name, f"found {count_texts(found)}; expected {manifest.languages[lang]}")
    for concept in sorted({text.concept for text in found} - known):
        yield Problem(name, f"found concept {concept}; expected one of {CONCEPTS}")


def _check_rows(manifest: Manifest, name: str, found: int) -> Iterator[Problem]:
    entry = manifest.files.get(name)
    if entry is None:
        yield Problem(name, f"found {found} rows; expected an entry in {MANIFEST}")
    elif entry.rows != found:
        yield Problem(name, f"found {found} rows; expected {entry.rows}")
