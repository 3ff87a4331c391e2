"""Registers the loss ``sigmoid``; imports no heavy library."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_losses(register: Register) -> None:
    """Register it."""
    register(
        "sigmoid",
        "crossret_sigmoid_loss.loss:Sigmoid",
        Meta(
            summary="every pair of the batch classified as matching or not, with learned temperature and bias",
            source="Zhai et al., Sigmoid Loss for Language Image Pre-Training, ICCV 2023 (arXiv 2303.15343)",
        ),
    )
