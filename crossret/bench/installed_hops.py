"""Which hops of the cache the engines installed here would still take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from crossret.contracts.translation import Engine
from crossret.errors import CrossretError, reason
from crossret.registry import Registry
from crossret.translation.cache.contents import HopContents
from crossret.translation.cache.hop_table import hop_fingerprint


@dataclass(frozen=True)
class Installed:
    """Whether a hop would be taken again.

    Attributes:
        state: ``gone`` if its engine has another version or options by now, or lacks the hop; ``unknown`` if the engine
            cannot be asked here.
        reason: why it cannot be asked.
    """

    state: Literal["installed", "gone", "unknown"]
    reason: str = ""


def installed_hops(contents: Iterable[HopContents], registry: Registry) -> dict[int, Installed]:
    """By number, how it stands with every hop; each engine is built as it was when it last answered."""
    engines: dict[str, frozenset[str] | str] = {}
    found = {}
    for hop in contents:
        recipe = hop.recipe.model_dump_json()
        if recipe not in engines:
            engines[recipe] = _fingerprints(hop, registry)
        known = engines[recipe]
        if isinstance(known, str):
            found[hop.number] = Installed("unknown", known)
        else:
            found[hop.number] = Installed("installed" if hop.fingerprint in known else "gone")
    return found


def _fingerprints(hop: HopContents, registry: Registry) -> frozenset[str] | str:
    """Of all hops that the engine has now; or why it cannot be asked."""
    try:
        engine = registry.build("translator", hop.recipe.translator, **hop.recipe.options)
        if not isinstance(engine, Engine):
            return f"translator {hop.recipe.translator!r} is no engine"
        return frozenset(hop_fingerprint(known, engine) for known in engine.hops())
    except CrossretError as error:
        return reason(error)
