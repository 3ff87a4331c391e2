"""Runs a stack of layers in two halves, so that the lower one can be run once and the upper one at every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from crossret.errors import UsageError

# Both halves together against the whole network, both in float32.
TOLERANCE = 1e-4


class LayerSplit:
    """The layers below the first trained one, and those from it on.

    The network's own code runs in both halves, for masks and for what lies around the layers; the layers of the other
    half hand on what they should have made.

    Args:
        network: has the interface of transformers.
        layers: its stack.
        first: number of the first layer of the upper half, from 1.
    """

    def __init__(self, network: Any, layers: nn.ModuleList, first: int) -> None:
        self._network = network
        self._lower, self._upper = list(layers)[:first], list(layers)[first:]
        self._in_tuples = False

    def lower(self, tokens: Mapping[str, Tensor]) -> Tensor:
        """Tokens → states ``(N, L, D)`` below the first trained layer."""
        caught: list[Tensor] = []

        def catch(module: nn.Module, inputs: object, output: Any) -> None:
            self._in_tuples = isinstance(output, tuple)
            caught.append(output[0] if self._in_tuples else output)

        handle = self._lower[-1].register_forward_hook(catch)
        try:
            with _replaced(self._upper, lambda states, *rest, **named: self._as_output(states)):
                self._network(**tokens)
        finally:
            handle.remove()
        return caught[0]

    def upper(self, states: Tensor, real: Tensor) -> Tensor:
        """States ``(N, L, D)`` of real tokens ``(N, L)`` → last hidden states."""
        with _replaced(self._lower, lambda *rest, **named: self._as_output(states)):
            # The embeddings of these are made and left; they only tell the network its shapes.
            found: Tensor = self._network(inputs_embeds=states, attention_mask=real.long()).last_hidden_state
        return found

    @torch.no_grad()
    def check(self, tokens: Mapping[str, Tensor], order: Tensor, real: Tensor) -> None:
        """Compare both halves with the whole network on a few texts.

        Args:
            tokens: what the whole network takes.
            order: ``(N, L)``, in which order the upper half gets the tokens.
            real: ``(N, L)`` which tokens of that order are real.

        Raises:
            UsageError: they differ, so this network cannot be split.
        """
        index = order.unsqueeze(2)
        whole: Tensor = self._network(**tokens).last_hidden_state.take_along_dim(index, 1)
        try:
            halves = self.upper(self.lower(tokens).take_along_dim(index, 1), real)
            differs = not torch.allclose(halves[real], whole[real], rtol=TOLERANCE, atol=TOLERANCE)
        except (RuntimeError, TypeError, ValueError):  # whatever a network says that is built otherwise
            differs = True
        if differs:
            raise UsageError(
                f"cache_states: the layers of {type(self._network).__name__} cannot be run in halves; "
                "expected 'none', or train_layers 'none' or 'all'"
            )

    def _as_output(self, states: Tensor) -> Any:
        return (states,) if self._in_tuples else states


@contextmanager
def _replaced(layers: Iterable[nn.Module], forward: Callable[..., Any]) -> Iterator[None]:
    changed = list(layers)
    for layer in changed:
        layer.forward = forward
    try:
        yield
    finally:
        for layer in changed:
            del layer.forward
