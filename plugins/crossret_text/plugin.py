"""Registers the text encoders; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_text_encoders(register: Register) -> None:
    """A tiny one for any script, and the transformers family."""
    register(
        "subword-tiny",
        "crossret_text.subword:SubwordTiny",
        Meta(
            summary="Word vectors from hashed character n-grams; trains from scratch in any script",
            modality="text",
            dimension=128,
            licence="Apache-2.0",
            memory_mb=550,
            seconds_per_1000=0.02,
            source="Bojanowski et al., Enriching Word Vectors with Subword Information, TACL 2017",
        ),
    )
    register(
        "hf",
        "crossret_text.transformer:TransformerEncoder",
        Meta(
            summary="Any BERT-like encoder of transformers, whole or some layers fine-tuned (cost: 12 layers of 384)",
            argument="MODEL",
            modality="text",
            memory_mb=1800,
            seconds_per_1000=27,
            extra="hf",
            source="https://github.com/huggingface/transformers",
        ),
    )


@hookimpl
def register_baselines(register: Register) -> None:
    """Models that were trained elsewhere on pictures and texts."""
    register(
        "hf",
        "crossret_text.dual_encoder:HfDualEncoder",
        Meta(
            summary="Any dual encoder of transformers as it was trained: CLIP, SigLIP, AltCLIP, … (cost: ViT-B-32)",
            argument="MODEL",
            modality="image",
            memory_mb=1500,
            seconds_per_1000=95,
            extra="hf",
            source="https://github.com/huggingface/transformers",
        ),
    )
