"""Fingerprints of the components that a training uses, as checkpoints and records keep them."""

from __future__ import annotations

from collections.abc import Sequence

from crossret.bench.assembly import Assembly
from crossret.bench.languages import Languages
from crossret.bench.routes_in_use import RoutesInUse
from crossret.contracts.text import TextEncoder


def fingerprints_of(assembly: Assembly, read: Sequence[str], encoder: TextEncoder) -> dict[str, str]:
    """Data set, translators and routes, backbone and text encoder.

    Args:
        assembly: of the training's recipe.
        read: target languages that are trained on.
        encoder: of the model.
    """
    languages = Languages(assembly.dataset, assembly.translator, assembly.protocol, assembly.further_translators)
    return {
        "dataset": assembly.dataset.fingerprint(),
        "translator": assembly.translator.fingerprint(),
        **{f"translator {n}": t.fingerprint() for n, t in enumerate(assembly.further_translators, start=2)},
        **RoutesInUse(assembly.recipe, languages, assembly.registry).of_training(read),
        "visual-backbone": assembly.backbone.fingerprint(),
        "text-encoder": encoder.fingerprint(),
    }
