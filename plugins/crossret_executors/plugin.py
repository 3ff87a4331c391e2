"""Registers the executors."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl


@hookimpl
def register_executors(register: Register) -> None:
    """Register ``inline``, ``processes`` and ``ray``."""
    register("inline", "crossret_executors.inline:Inline", Meta(summary="this process, one job after another"))
    register("processes", "crossret_executors.processes:Processes", Meta(summary="worker processes on this machine"))
    register(
        "ray",
        "crossret_executors.on_ray.executor:Ray",
        Meta(summary="tasks of a Ray cluster, or of a Ray on this machine", extra="ray", source="https://docs.ray.io"),
    )
