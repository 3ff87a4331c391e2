"""What a loss keeps between steps: parameters, and an opponent with its optimiser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from crossret.contracts.loss import AdversarialTerm
from crossret.testing.outcomes import NotApplicableError, expect
from crossret.testing.steps import draw_step, leaves
from crossret.testing.subject import Subject, seed_all


def parameters_survive_saving(subject: Subject) -> None:
    """Its state dict, saved as safetensors and loaded into another, gives the same value."""
    term = subject.build(seed=1)
    if not isinstance(term, nn.Module) or not term.state_dict():
        raise NotApplicableError("it has no parameters")
    other = subject.build(seed=2)
    other.load_state_dict(load(_saved(term.state_dict())))
    views: Any = term.views
    step = draw_step(views)
    first, second = term(step).item(), other(step).item()
    expect(first == second, f"the value {first} after saving and loading", second)


def auxiliary_step_is_detached(subject: Subject) -> None:
    """The opponent's step returns detached finite numbers and gives the model no gradient."""
    term = _adversarial(subject)
    step = draw_step(term.views)
    logged = term.auxiliary_step(step)
    attached = [name for name, value in logged.items() if value.requires_grad]
    expect(not attached, "detached numbers to log", f"attached: {', '.join(attached)}")
    broken = [name for name, value in logged.items() if not bool(value.isfinite())]
    expect(not broken, "finite numbers to log", f"nan or inf: {', '.join(broken)}")
    touched = [name for name, leaf in leaves(step).items() if leaf.grad is not None]
    expect(not touched, "no gradient of the opponent's step in the model", f"one for {', '.join(touched)}")


def opponent_continues_after_saving(subject: Subject) -> None:
    """An opponent that is saved and loaded continues exactly as if it had not been stopped."""
    term = _adversarial(subject)
    term.auxiliary_step(draw_step(term.views, seed=1))
    state = term.auxiliary_state()
    expect(bool(state), "weights and optimiser state as named tensors", "nothing")
    document = _saved(state)
    other = subject.build(seed=9)
    other.load_auxiliary_state(load(document))
    for seed in (2, 3):
        found = []
        for one in (term, other):
            seed_all(seed)
            found.append({k: v.item() for k, v in one.auxiliary_step(draw_step(term.views, seed=seed)).items()})
        expect(found[0] == found[1], f"the unbroken run's {found[0]}", found[1])


def _adversarial(subject: Subject) -> AdversarialTerm:
    term = subject.build(seed=1)
    if not isinstance(term, AdversarialTerm):
        raise NotApplicableError("it has no opponent of its own")
    return term


def _saved(tensors: Mapping[str, Tensor]) -> bytes:
    return save({name: torch.as_tensor(value).detach().clone().contiguous() for name, value in tensors.items()})


CHECKS = (parameters_survive_saving, auxiliary_step_is_detached, opponent_continues_after_saving)
