"""The record of how the translations were made."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from crossret_emoji.builder.deterministic import write_json
from crossret_emoji.builder.engine import TOOLS, Engine, installed_version, sha256
from crossret_emoji.builder.routes import BACK, HOPS, INTO_ENGLISH, OUT_OF_ENGLISH
from crossret_emoji.builder.translator import CHUNK, Translator
from crossret_emoji.layout import PROVENANCE

# Counts changes of the protocol that could change an answer.
ADAPTER: Final = "emoji-mt/1"


def write_provenance(
    out: Path,
    engine: Engine,
    warm_ups: Mapping[str, Sequence[str]],
    order: Mapping[str, dict[str, int]],
) -> None:
    """Write ``provenance.json`` below ``out``; ``order`` holds the order checks that were made, by mode."""
    versions = {tool: installed_version(tool) for tool in TOOLS}
    record = {
        "engine": "apertium",
        "engine_packages": {tool: version for tool, version in versions.items() if version},
        "system": "Debian 12, pair packages of the distribution",
        "licence_of_engine_and_data": "GPL-2.0-or-later / GPL-3.0-or-later (run as a separate program; not shipped)",
        "adapter": ADAPTER,
        "options": ["-z (null flush)", "-g (marks shown, then recorded and stripped)"],
        "record_format": "escaped text + '.[]' + '[#ID]' + NUL",
        "chunk": CHUNK,
        "order": "unique texts, sorted by code point, per hop",
        "sample_creation": "machine-translated",
        "date": time.strftime("%Y-%m-%d"),
        "warm_up": {lang: _lines(texts) for lang, texts in warm_ups.items()},
        "routes": {"forward": OUT_OF_ENGLISH, "back": BACK, "human_names_to_english": INTO_ENGLISH},
        "notes": {
            "sr": "Cyrillic names are transliterated to Latin before hbs-eng",
            "sc": "no way back to English exists",
        },
        "hops": {mode: _hop(engine, mode, order.get(mode)) for mode in sorted(HOPS)},
    }
    write_json(out / PROVENANCE, record)


def check_order(translator: Translator) -> dict[str, dict[str, int]]:
    """Shuffle a sample of every mode and count the answers that change."""
    return {mode: translator.changed_by_order(mode) for mode in sorted(HOPS)}


def _lines(texts: Sequence[str]) -> dict[str, Any]:
    return {"lines": len(texts), "sha256": hashlib.sha256("\n".join(texts).encode()).hexdigest()}


def _hop(engine: Engine, mode: str, order: dict[str, int] | None) -> dict[str, Any]:
    hop = HOPS[mode]
    return {
        "source": hop.source,
        "target": hop.target,
        "package": hop.package,
        "version": installed_version(hop.package),
        "mode_file_sha256": sha256(engine.mode_file(mode)),
        "data_sha256": engine.data_hashes(mode),
        "order_check": order,
    }
