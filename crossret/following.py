"""Whether what a component built follows the contract of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossret.contracts.baseline import Baseline, PictureBaseline
from crossret.contracts.data import Dataset
from crossret.contracts.execution import Executor
from crossret.contracts.loss import Term
from crossret.contracts.rendering import Renderer
from crossret.contracts.text import TextEncoder
from crossret.contracts.translation import Engine, Translator
from crossret.contracts.visual import ClipBackbone, FeatureBackbone, FrameFeatureBackbone, PixelBackbone
from crossret.errors import ComponentError
from crossret.makers import maker_of

CONTRACTS: dict[str, tuple[type, ...]] = {
    "visual-backbone": (PixelBackbone, FeatureBackbone, ClipBackbone, FrameFeatureBackbone),
    "text-encoder": (TextEncoder,),
    "translator": (Translator, Engine),
    "loss": (Term,),
    "dataset": (Dataset,),
    "baseline": (Baseline, PictureBaseline),
    "executor": (Executor,),
    "renderer": (Renderer,),
}


def check_follows(built: object, *contracts: type) -> None:
    """Refuse an object that follows none of some contracts.

    Raises:
        ComponentError: names the component, what is missing of the nearest contract, and the hook it belongs to if it
            follows the contract of another kind.
    """
    if isinstance(built, contracts):
        return
    contract = min(contracts, key=lambda found: len(missing_of(built, found)))
    lacking = ", ".join(repr(name) for name in missing_of(built, contract)) or "calls"
    kinds = [kind for kind, known in CONTRACTS.items() if not set(known) & set(contracts) and isinstance(built, known)]
    hint = f"; it looks like a {kinds[0]}: is it registered in the right hook?" if len(kinds) == 1 else ""
    raise ComponentError(
        f"{maker_of(built)}: expected {contract.__module__}.{contract.__name__}, found an object of class "
        f"{type(built).__name__} without {lacking}{hint}"
    )


def missing_of(built: object, contract: type) -> list[str]:
    """Members of a contract that an object lacks, sorted."""
    members: set[str] = set()
    for base in contract.__mro__[:-1]:
        found: Mapping[str, Any] = vars(base)
        members |= {name for name in {*found, *found.get("__annotations__", {})} if not name.startswith("_")}
    lacking = sorted(name for name in members if not hasattr(built, name))
    return [*lacking, "__call__"] if "__call__" in dir(contract) and not callable(built) else lacking
