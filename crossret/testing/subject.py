"""The component under test, and how it is built."""

from __future__ import annotations

import gc
import inspect
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossret.contracts.data import Dataset
from crossret.contracts.loss import LossContext, View
from crossret.contracts.meta import Example
from crossret.errors import CrossretError, DataError, raised_at, reason
from crossret.following import CONTRACTS, check_follows
from crossret.registry import Component, Registry
from crossret.testing.outcomes import NotApplicableError, NotBuiltError

STATE_DIMENSION = 16
TARGET_LANGUAGES = ("es", "ru", "zh")
PAIR: tuple[View, View] = ("visual", "target")


@dataclass(frozen=True, slots=True)
class Subject:
    """A component, and an example of its argument and options.

    Attributes:
        registry: where it is registered, with what it may wrap.
        folder: where checks may write.
    """

    component: Component
    example: Example
    registry: Registry
    folder: Path

    @property
    def name(self) -> str:
        """As in a recipe, e.g. ``timm:resnet18``."""
        argument = self.example.argument
        return f"{self.component.name}:{argument}" if argument else self.component.name

    def build(self, *, seed: int = 0, **changes: Any) -> Any:
        """Build it from the example, some options changed.

        Raises:
            NotApplicableError: the example lacks the argument or an option that it needs, or a data set's files are
                not fetched.
            NotBuiltError: it cannot be imported, its constructor raises, or what comes follows no contract of its kind.
        """
        # Models have cycles of references, and the last one should be gone before the next one comes.
        gc.collect()
        component = self.component
        if component.meta.argument and not self.example.argument:
            raise NotApplicableError(f"needs an argument: name it as {component.name}:{component.meta.argument}")
        try:
            target = component.load()
            parameters = inspect.signature(target).parameters
            options = {**self._given(parameters), **self.example.options, **changes}
            args = (self.context,) if component.kind == "loss" else ()
            _need(parameters, (*args, self.example.argument) if self.example.argument else args, options)
            seed_all(seed)
            built = self.registry.build(component.kind, self.name, *args, **options)
            check_follows(built, *CONTRACTS[component.kind])
        except NotApplicableError:
            raise
        except Exception as error:
            place = "" if isinstance(error, CrossretError) and not error.place else raised_at(error)
            raise NotBuiltError(f"{reason(error)}{f' ({place})' if place else ''}") from error
        _need_files(built)
        return built

    @property
    def context(self) -> LossContext:
        """What a loss is told: two views, unless its meta says that they are fixed."""
        between = () if self.component.meta.views else PAIR
        return LossContext(between, STATE_DIMENSION, TARGET_LANGUAGES)

    def _given(self, parameters: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
        """What crossret gives a component that takes it."""
        if self.component.kind != "translator":
            return {}
        from crossret.testing.tiny_data import TinyData

        data = TinyData()
        offered = {"dataset": data, "path": str(data.translations())}
        return {name: value for name, value in offered.items() if name in parameters}


def _need(parameters: Mapping[str, inspect.Parameter], args: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    required = [
        name
        for name, p in list(parameters.items())[len(args) :]
        if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and name not in options
    ]
    if required:
        raise NotApplicableError(f"needs an example of {', '.join(map(repr, required))}: Meta.example, or --option")


def _need_files(built: Any) -> None:
    if not isinstance(built, Dataset):
        return
    try:
        built.fingerprint()
        for protocol, info in built.protocols.items():
            for gallery in info.galleries:
                built.split(protocol, gallery)
    except DataError as error:
        raise NotApplicableError(f"its files are not here: {error}") from error


def seed_all(seed: int) -> None:
    """Seed every generator that is in use, so that initial weights repeat."""
    random.seed(seed)
    if "numpy" in sys.modules:
        import numpy as np

        np.random.seed(seed)
    if "torch" in sys.modules:
        import torch

        torch.manual_seed(seed)
