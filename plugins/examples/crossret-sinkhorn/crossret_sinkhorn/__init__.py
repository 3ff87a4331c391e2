"""Registers the loss ``sinkhorn-view``; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_losses(register: Register) -> None:
    """Register it."""
    register(
        "sinkhorn-view",
        "crossret_sinkhorn.loss:SinkhornView",
        Meta(
            summary="student similarities follow the teacher's optimal transport plan over the batch",
            views=("visual", "target", "cross"),
            source="Cuturi, Sinkhorn Distances, NIPS 2013 (arXiv 1306.0895), as a target for distillation",
        ),
    )
