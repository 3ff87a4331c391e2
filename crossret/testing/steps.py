"""Training steps as a loss sees them, drawn at random."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

import torch
from torch import Tensor
from torch.nn import functional

from crossret.contracts.loss import View, Views
from crossret.contracts.text import TokenStates
from crossret.testing.subject import STATE_DIMENSION, TARGET_LANGUAGES

SAMPLES = 6
WIDTH = 8
TOKENS = 5
STATES: tuple[View, ...] = ("source", "target", "back", "other")
ALL_VIEWS: tuple[View, ...] = get_args(View)


def draw_step(views: Iterable[View], samples: int = SAMPLES, seed: int = 0) -> Views:
    """Unit embeddings that want a gradient, token states of different lengths, two samples of one subject."""
    rng = torch.Generator().manual_seed(seed)
    wanted = [view for view in ALL_VIEWS if view in set(views)]
    embeddings = {v: functional.normalize(torch.randn(samples, WIDTH, generator=rng), dim=1) for v in wanted}
    lengths = torch.arange(samples) % (TOKENS - 1) + 1
    mask = torch.arange(TOKENS) < lengths.unsqueeze(1)
    states = {
        v: TokenStates(torch.randn(samples, TOKENS, STATE_DIMENSION, generator=rng) * mask.unsqueeze(2), mask)
        for v in wanted
        if v in STATES
    }
    subjects = torch.arange(samples)
    if samples > 2:
        subjects[-1] = 0
    languages = torch.arange(samples) % len(TARGET_LANGUAGES)
    confidence = torch.rand(samples, generator=rng) * 0.9 + 0.1
    return wanting_gradients(Views(embeddings, states, subjects, languages, confidence))


def wanting_gradients(step: Views) -> Views:
    """The same step with fresh leaves."""
    return replace(
        step,
        embeddings={view: e.detach().clone().requires_grad_() for view, e in step.embeddings.items()},
        states={
            view: TokenStates(s.states.detach().clone().requires_grad_(), s.mask) for view, s in step.states.items()
        },
    )


def leaves(step: Views) -> dict[str, Tensor]:
    """Every tensor that may get a gradient."""
    found = {f"embeddings of {view}": e for view, e in step.embeddings.items()}
    return found | {f"states of {view}": s.states for view, s in step.states.items()}


def in_order(step: Views, order: Tensor) -> Views:
    """The same samples in another order."""
    return wanting_gradients(
        Views(
            {view: e[order] for view, e in step.embeddings.items()},
            {view: TokenStates(s.states[order], s.mask[order]) for view, s in step.states.items()},
            step.subjects[order],
            step.languages[order],
            None if step.confidence is None else step.confidence[order],
        )
    )


def padded(step: Views, tokens: int = 3) -> Views:
    """The same step with more padding, full of large numbers that must not be read."""
    longer = {}
    for view, s in step.states.items():
        garbage = torch.full((len(s.mask), tokens, s.states.shape[2]), 7.0)
        states = torch.cat([s.states.masked_fill(~s.mask.unsqueeze(2), 7.0), garbage], 1)
        longer[view] = TokenStates(states, torch.cat([s.mask, torch.zeros(len(s.mask), tokens, dtype=torch.bool)], 1))
    return wanting_gradients(replace(step, states=longer))


def all_alike(step: Views) -> Views:
    """Every view of a sample is the same vector, as a perfectly trained model would have it."""
    first = next(iter(step.embeddings.values()))
    return wanting_gradients(replace(step, embeddings=dict.fromkeys(step.embeddings, first)))
