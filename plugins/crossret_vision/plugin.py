"""Registers the visual backbones; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_visual_backbones(register: Register) -> None:
    """Backbones without weights, from scratch, pretrained, and stored features."""
    register(
        "hog",
        "crossret_vision.hog:Hog",
        Meta(
            summary="Oriented gradients and colour histograms; no weights, does not train",
            modality="image",
            dimension=2084,
            licence="Apache-2.0",
            memory_mb=450,
            seconds_per_1000=0.3,
            source="Dalal and Triggs, Histograms of Oriented Gradients for Human Detection, CVPR 2005",
        ),
    )
