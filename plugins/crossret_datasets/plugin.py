"""Registers the components of this package; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_datasets(register: Register) -> None:
    """Readers of files that users have."""
    register(
        "multi30k-f8k",
        "crossret_datasets.photos.dataset:Photos",
        Meta(
            summary="7,478 photos of Flickr8k and Multi30K with captions in seven languages (a folder of yours)",
            modality="image",
            languages=("en", "de", "fr", "cs", "pt-BR", "zh", "ar"),
            licence="LicenseRef-research-only",
            memory_mb=200,
            source="https://github.com/multi30k/dataset",
        ),
    )
