"""The gradients of one step, and everything else that it changes."""

from __future__ import annotations

import torch
from torch import Tensor

from crossret.training.trainer import Trainer

Gradients = tuple[dict[str, Tensor], dict[str, Tensor]]


def gradients(run: Trainer) -> Gradients:
    """Of the first batch: by parameter, and what is logged."""
    run.model.train()
    figures = run.gradients(next(iter(run.setting.sampler.epoch(0))))
    model = {name: p.grad.clone() for name, p in run.model.named_parameters() if p.grad is not None}
    opponents = {
        f"{name}.{key}": value
        for name, term in run.objective.adversarial().items()
        for key, value in term.auxiliary_state().items()
    }
    return model, figures | opponents | dict(run.model.named_buffers())


def assert_close(found: Gradients, expected: Gradients) -> None:
    for some, others in zip(found, expected, strict=True):
        assert some.keys() == others.keys()
        for name, value in others.items():
            torch.testing.assert_close(some[name], value, rtol=1e-5, atol=1e-5, msg=lambda m, n=name: f"{n}: {m}")
