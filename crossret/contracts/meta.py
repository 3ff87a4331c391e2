"""What a component says about itself without being imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """A way to build a component in a moment and without a network, for the test kit and for readers.

    Attributes:
        argument: what follows the colon, e.g. ``resnet18``; empty if the component takes none.
        options: as in a recipe, e.g. ``{"pretrained": False}``.
    """

    argument: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meta:
    """Enough to list a component, to plan a run with it and to estimate its cost.

    Attributes:
        summary: one line for ``crossret components``.
        argument: what follows the colon in a name such as ``timm:MODEL``; empty if it takes none.
        wraps: kind of the component that the argument names, as in ``clips:timm:MODEL``; it is built first, with the
            option ``options``, and is the first argument.
        modality: ``image``, ``video``, ``text`` or empty.
        dimension: width of the vectors it makes, if fixed.
        views: for a loss that always reads the same views, which; empty if the recipe names them.
        languages: BCP-47 codes it covers; empty means any.
        licence: SPDX expression of weights or data.
        memory_mb: peak memory of one process that uses it, in MB.
        seconds_per_1000: seconds on one CPU core for 1,000 inputs; of one that ``trains``, with the backward pass.
        trains: whether its weights change unless its option ``trains`` says otherwise.
        extra: the optional dependency group that installs what it needs, e.g. ``timm``.
        source: where weights, data or equations come from.
        example: how the test kit builds it, if it cannot be built without an argument and options.
    """

    summary: str = ""
    argument: str = ""
    wraps: str = ""
    modality: str = ""
    dimension: int | None = None
    views: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    licence: str = ""
    memory_mb: float | None = None
    seconds_per_1000: float | None = None
    trains: bool = False
    extra: str = ""
    source: str = ""
    example: Example = field(default_factory=Example)
