"""The state of an optimiser as named tensors: what a term with an opponent of its own needs for a resumable run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class Optimiser(Protocol):
    """A torch optimiser whose state per parameter is tensors, such as Adam, or a wrapper around one."""

    def state_dict(self) -> dict[str, Any]:
        """Groups and, per parameter number, the state."""
        ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Put back what :meth:`state_dict` returned."""
        ...


def optimiser_tensors(optimiser: Optimiser) -> dict[str, Tensor]:
    """Every tensor of the state, as ``number.name``; empty before the first step."""
    state = optimiser.state_dict()["state"]
    return {f"{number}.{name}": value for number, moments in state.items() for name, value in moments.items()}


def load_optimiser_tensors(optimiser: Optimiser, tensors: Mapping[str, Tensor]) -> None:
    """Continue from :func:`optimiser_tensors`; settings such as the learning rate stay as they are.

    Raises:
        ValueError: a name that is not ``number.name``.
    """
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
