"""Registers the text encoder ``sentence-transformers:FOLDER``; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register it."""
    register(
        "sentence-transformers",
        "crossret_sentence_transformers.encoder:SentenceEncoder",
        Meta(
            summary="token states of a sentence-transformers model in a folder, frozen or trained",
            argument="FOLDER",
            modality="text",
            source="Reimers and Gurevych, Sentence-BERT, EMNLP 2019 (arXiv 1908.10084)",
        ),
    )
