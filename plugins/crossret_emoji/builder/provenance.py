"""The record of how the translations were made."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from crossret_emoji.builder.deterministic import write_json
from crossret_emoji.builder.routes import BACK, HOPS, INTO_ENGLISH, OUT_OF_ENGLISH
from crossret_emoji.builder.translator import CHUNK, Translator
from crossret_emoji.layout import PROVENANCE
from crossret_translators.apertium.installation import Installation
from crossret_translators.apertium.provenance import engine_record, pair_record, warm_up_record

_LANGUAGES: Final = sorted({pair.source for pair in HOPS.values()})


def write_provenance(out: Path, order: Mapping[str, dict[str, int]]) -> None:
    """Write ``provenance.json`` below ``out``; ``order`` holds the order checks that were made, by mode."""
    installation = Installation()
    record = {
        **engine_record(),
        "system": "Debian 12, pair packages of the distribution",
        "chunk": CHUNK,
        "order": "unique texts, sorted by code point, per hop",
        "date": time.strftime("%Y-%m-%d"),
        "warm_up": {lang: warm_up_record(lang) for lang in _LANGUAGES},
        "routes": {"forward": OUT_OF_ENGLISH, "back": BACK, "human_names_to_english": INTO_ENGLISH},
        "notes": {
            "hr": "hbs-eng reads Croatian, Bosnian and Serbian alike",
            "sr": "Cyrillic names are transliterated to Latin before hbs-eng",
            "sc": "no way back to English exists",
        },
        "hops": {
            mode: {**pair_record(installation, HOPS[mode]), "order_check": order.get(mode)} for mode in sorted(HOPS)
        },
    }
    write_json(out / PROVENANCE, record)


def check_order(translator: Translator) -> dict[str, dict[str, int]]:
    """Shuffle a sample of every mode and count the answers that change."""
    return {mode: translator.changed_by_order(mode) for mode in sorted(HOPS)}
