"""Questions to a text encoder before a training relies on it; they cost a few texts and wait for the device once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import cast

import torch
from torch import nn

from crossret.contracts.text import TextEncoder, TokenStates
from crossret.data.pools import TrainingSet
from crossret.makers import broken
from crossret.model.token_states import states_of, tokens_of

FEW = 4
# Sums on a GPU differ in their last digits.
TOLERANCE = 1e-3


def probe_encoder(encoder: TextEncoder, texts: Iterable[str], device: torch.device) -> None:
    """Refuse a text encoder whose states are no numbers, or others when it is asked again.

    Args:
        encoder: on the device; left in the mode that it was in.
        texts: that it will read; a few are taken.
        device: of the encoder.

    Raises:
        ComponentError: it breaks its contract.
    """
    asked = list(itertools.islice((text for text in texts if text.strip()), FEW))
    module = cast(nn.Module, encoder)
    trained = module.training
    module.eval()
    try:
        with torch.no_grad():
            once, again = (_states(encoder, asked, device) for _ in range(2))
    finally:
        module.train(trained)
    if len(once.mask) != len(asked):
        raise broken(encoder, f"states of {len(asked)} texts", f"those of {len(once.mask)}")
    for text, states, mask in zip(asked, once.states, once.mask, strict=True):
        if not mask.any():
            raise broken(encoder, f"a real token in {text!r}", "a mask that is false everywhere")
        real = states[mask].flatten()
        if not real.isfinite().all():
            raise broken(encoder, f"finite states of {text!r}", float(real[~real.isfinite()][0]))
    same = torch.equal(once.mask, again.mask)
    if not same or not torch.allclose(once.states[once.mask], again.states[once.mask], TOLERANCE, TOLERANCE):
        raise broken(encoder, "the same states whenever it is asked", f"others for {asked[0]!r} and the next texts")


def _states(encoder: TextEncoder, texts: list[str], device: torch.device) -> TokenStates:
    tokens = tokens_of(encoder, texts)
    return states_of(encoder, {name: tensor.to(device) for name, tensor in tokens.items()})


def first_texts(training: TrainingSet) -> Iterator[str]:
    """Source texts of the first pool, subject after subject."""
    pool = next(iter(training.pools.values()))
    for subject in training.subjects:
        for text in (*pool[subject].sentences, *pool[subject].fragments):
            yield text.source
