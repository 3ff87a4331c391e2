"""Registers the data set ``tiny`` where it is loaded by name; it is no part of the plugins that are installed."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_datasets(register: Register) -> None:
    """The coloured shapes."""
    register(
        "tiny",
        "crossret.testing.tiny_data:TinyData",
        Meta(
            summary="24 coloured shapes with captions in English, Spanish, Russian and Chinese, for tests",
            modality="image",
            languages=("en", "es", "ru", "zh"),
            licence="Apache-2.0",
        ),
    )
