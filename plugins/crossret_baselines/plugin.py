"""Registers the baselines; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_baselines(register: Register) -> None:
    """What string overlap alone is worth."""
    register(
        "lexical",
        "crossret_baselines.lexical:LexicalBaseline",
        Meta(
            summary="Character n-gram overlap of the query with the source-language description of each item",
            modality="text",
            dimension=8192,
            licence="Apache-2.0",
            memory_mb=300,
            seconds_per_1000=0.1,
        ),
    )
