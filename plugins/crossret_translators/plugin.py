"""Registers the translators; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl
from crossret_translators.apertium.pairs import LANGUAGES


@hookimpl
def register_translators(register: Register) -> None:
    """Recorded translations, none at all, and engines."""
    register(
        "identity",
        "crossret_translators.identity:IdentityTranslator",
        Meta(
            summary="Copies the text: what cross-lingual transfer gives without translation",
            modality="text",
            licence="Apache-2.0",
            memory_mb=20,
            seconds_per_1000=0.001,
        ),
    )
    register(
        "file",
        "crossret_translators.file:FileTranslator",
        Meta(
            summary="Answers texts whose translations a CSV, TSV or JSONL file records",
            modality="text",
            memory_mb=150,
            seconds_per_1000=0.001,
        ),
    )
    register(
        "recorded",
        "crossret_translators.recorded:RecordedTranslator",
        Meta(
            summary="Answers captions whose translations the data set itself records by id",
            modality="text",
            memory_mb=100,
            seconds_per_1000=0.001,
        ),
    )
    register(
        "noise",
        "crossret_translators.noise:NoisyTranslator",
        Meta(
            summary="Another translator with a share of its training translations spoilt, for noise curves",
            argument="TRANSLATOR",
            wraps="translator",
            modality="text",
            memory_mb=150,
            seconds_per_1000=0.01,
        ),
    )
    register(
        "apertium",
        "crossret_translators.apertium.engine:ApertiumEngine",
        Meta(
            summary="Apertium, a free rule-based engine of Debian's packages; reaches many small languages",
            modality="text",
            languages=LANGUAGES,
            licence="GPL-2.0-or-later",
            memory_mb=160,
            seconds_per_1000=6,
            source="https://www.apertium.org, run as a separate program",
        ),
    )
