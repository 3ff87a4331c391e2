"""What a text encoder gives the model, checked as far as that needs no waiting for the device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from crossret.contracts.text import TextEncoder, Tokens, TokenStates
from crossret.makers import blamed, broken


def tokens_of(encoder: TextEncoder, texts: Sequence[str]) -> Tokens:
    """Tokens of N texts, on the CPU.

    Raises:
        ComponentError: these are no named tensors.
        DataError: a text is empty.
    """
    with blamed(encoder):
        tokens = encoder.tokenize(texts)
    if not isinstance(tokens, Mapping) or not all(isinstance(value, Tensor) for value in tokens.values()):
        raise broken(encoder, "tokens as named tensors", type(tokens).__name__)
    return tokens


def states_of(encoder: TextEncoder, tokens: Tokens) -> TokenStates:
    """Token states ``(N, L, D)`` of tokens, on their device.

    Raises:
        ComponentError: the encoder fails, or its answer breaks the contract.
    """
    with blamed(encoder):
        found = encoder(tokens)
    if not isinstance(found, TokenStates):
        raise broken(encoder, "TokenStates", type(found).__name__)
    states, mask = found.states, found.mask
    if states.dim() != 3 or states.shape[2] != encoder.dimension or not states.is_floating_point():
        expected = f"floating-point states of shape (texts, tokens, {encoder.dimension})"
        raise broken(encoder, expected, f"{states.dtype} of shape {tuple(states.shape)}")
    if mask.shape != states.shape[:2] or mask.dtype != torch.bool:
        expected = f"a bool mask of shape {tuple(states.shape[:2])}"
        raise broken(encoder, expected, f"{mask.dtype} of shape {tuple(mask.shape)}")
    device = next(iter(tokens.values())).device
    if states.device != device or mask.device != device:
        where = f"states on {states.device}, the mask on {mask.device}"
        raise broken(encoder, f"both on the device of the tokens, {device}", where)
    return found
