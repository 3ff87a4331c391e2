"""Steps made by hand for the losses to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from crossret.contracts.loss import View, Views
from crossret.contracts.text import TokenStates


def step(
    embeddings: Mapping[View, Tensor],
    *,
    subjects: Sequence[int] | None = None,
    states: Mapping[View, TokenStates] | None = None,
    languages: Sequence[int] | None = None,
    confidence: Tensor | None = None,
) -> Views:
    count = len(next(iter(embeddings.values() if embeddings else [s.states for s in (states or {}).values()])))
    return Views(
        embeddings,
        states or {},
        torch.tensor(list(range(count) if subjects is None else subjects)),
        torch.tensor([0] * count if languages is None else list(languages)),
        confidence,
    )


def full(states: Tensor) -> TokenStates:
    """States of which none is padding."""
    return TokenStates(states, torch.ones(states.shape[:2], dtype=torch.bool))
