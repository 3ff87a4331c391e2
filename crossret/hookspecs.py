"""What a plugin may register. Every hook receives ``register`` and calls it once per component.

``register(name, target, meta)``: ``target`` is ``"package.module:Class"``, imported on first use. In a plugin that
is one file, it may be a class of that file, or its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import pluggy

if TYPE_CHECKING:
    import click

    from crossret.contracts.meta import Meta

hookspec = pluggy.HookspecMarker("crossret")
hookimpl = pluggy.HookimplMarker("crossret")


class Register(Protocol):
    """Registers one lazy component under a name."""

    def __call__(self, name: str, target: str | Callable[..., object], meta: Meta | None = None) -> None:
        """Register ``target`` (``package.module:Class``) as ``name``."""


@hookspec
def register_visual_backbones(register: Register) -> None:
    """Register components that follow :mod:`crossret.contracts.visual`."""


@hookspec
def register_text_encoders(register: Register) -> None:
    """Register components that follow :mod:`crossret.contracts.text`."""


@hookspec
def register_translators(register: Register) -> None:
    """Register components that follow :mod:`crossret.contracts.translation`."""


@hookspec
def register_losses(register: Register) -> None:
    """Register components that follow :mod:`crossret.contracts.loss`."""


@hookspec
def register_datasets(register: Register) -> None:
    """Register components that follow :mod:`crossret.contracts.data`."""


@hookspec
def register_baselines(register: Register) -> None:
    """Register components that follow :mod:`crossret.contracts.baseline`."""


@hookspec
def register_executors(register: Register) -> None:
    """Register components that follow :mod:`crossret.contracts.execution`."""


@hookspec
def register_renderers(register: Register) -> None:
    """Register components that follow :mod:`crossret.contracts.rendering`."""


@hookspec
def register_commands(cli: click.Group) -> None:
    """Add click commands to ``crossret``."""
