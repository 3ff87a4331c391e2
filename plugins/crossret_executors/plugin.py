"""Registers the executors that need no other machine."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_executors(register: Register) -> None:
    """Register ``inline`` and ``processes``."""
    register("inline", "crossret_executors.inline:Inline", Meta(summary="this process, one job after another"))
    register("processes", "crossret_executors.processes:Processes", Meta(summary="worker processes on this machine"))
