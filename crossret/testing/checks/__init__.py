"""The checks of each kind; every check is a function of the component under test that raises if it finds fault."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable

from crossret.testing.subject import Subject

Check = Callable[[Subject], None]

# The checks' modules import torch, so they are imported when they are needed.
MODULES: dict[str, tuple[str, ...]] = {
    "visual-backbone": ("registration", "visual", "repetition", "fingerprints", "weights", "elsewhere"),
    "text-encoder": ("registration", "text", "repetition", "fingerprints", "weights", "elsewhere"),
    "translator": ("registration", "translation", "repetition", "fingerprints"),
    "loss": ("registration", "loss", "loss_state"),
    "dataset": ("registration", "dataset", "repetition", "fingerprints"),
    "baseline": ("registration", "baseline", "repetition", "fingerprints"),
    "executor": ("registration", "execution"),
    "renderer": ("registration", "rendering"),
}


def checks_of(kind: str) -> tuple[Check, ...]:
    """The checks of a kind of component, in the order in which they are worth reading."""
    modules = [importlib.import_module(f"{__name__}.{name}") for name in MODULES[kind]]
    return tuple(check for module in modules for check in module.CHECKS)


def summary_of(check: Check) -> str:
    """What a check demands, in one line."""
    return inspect.cleandoc(check.__doc__ or "").partition("\n")[0]
