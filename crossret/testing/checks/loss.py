"""Losses: :mod:`crossret.contracts.loss`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from crossret.contracts.loss import Views
from crossret.testing.outcomes import NotApplicableError, expect
from crossret.testing.steps import ALL_VIEWS, SAMPLES, all_alike, draw_step, in_order, leaves, padded
from crossret.testing.subject import Subject, seed_all

CLOSE = 1e-4


def _value(term: Any, step: Views) -> Tensor:
    seed_all(0)
    found: Tensor = term(step)
    return found


def reads_the_views_it_declares(subject: Subject) -> None:
    """It declares a set of known views, the same as its meta, and reads no others."""
    term = subject.build()
    unknown = sorted(set(term.views) - set(ALL_VIEWS))
    expect(bool(term.views) and not unknown, f"views among {', '.join(ALL_VIEWS)}", unknown or "none")
    told = subject.component.meta.views or subject.context.between
    expect(set(told) == set(term.views), f"the views {sorted(told)} of meta or recipe", sorted(term.views))
    try:
        _value(term, draw_step(term.views))
    except KeyError as error:
        expect(False, "no other view to be read", f"a look at {error}")


def gives_one_finite_number(subject: Subject) -> None:
    """It returns one finite number as a tensor of shape () and of the embeddings' type."""
    term = subject.build()
    value = _value(term, draw_step(term.views))
    expect(
        isinstance(value, Tensor) and value.shape == (), "a tensor of shape ()", getattr(value, "shape", type(value))
    )
    expect(value.dtype == torch.float32, "a float32 number", value.dtype)
    expect(bool(value.isfinite()), "a finite number", value.item())


def gives_gradients(subject: Subject) -> None:
    """Its gradient reaches something that it reads, and is finite and not all zero."""
    term = subject.build()
    step = draw_step(term.views)
    value = _value(term, step)
    expect(value.requires_grad, "a value with a gradient", "a detached one")
    value.backward()  # type: ignore[no-untyped-call]
    found = {name: leaf.grad for name, leaf in leaves(step).items() if leaf.grad is not None}
    _finite(found)
    expect(any(bool(grad.any()) for grad in found.values()), "a gradient that is not zero", "zero everywhere")


def is_finite_where_views_coincide(subject: Subject) -> None:
    """Value and gradient are finite when all views of a sample are equal."""
    term = subject.build()
    _finite_on(term, all_alike(draw_step(term.views)))


def is_finite_on_one_sample(subject: Subject) -> None:
    """Value and gradient are finite for a batch of one sample, as the last of an epoch may be."""
    term = subject.build()
    _finite_on(term, draw_step(term.views, samples=1))


def _finite_on(term: Any, step: Views) -> None:
    value = _value(term, step)
    expect(bool(value.isfinite()), "a finite number", value.item())
    if value.requires_grad:
        value.backward()  # type: ignore[no-untyped-call]
    _finite({name: leaf.grad for name, leaf in leaves(step).items() if leaf.grad is not None})


def _finite(gradients: dict[str, Tensor]) -> None:
    broken = [name for name, grad in gradients.items() if not grad.isfinite().all()]
    expect(not broken, "finite gradients", f"nan or inf in those of {', '.join(broken)}")


def repeats_its_value(subject: Subject) -> None:
    """The same step has the same value, asked twice under one seed and built twice under one seed."""
    term = subject.build(seed=1)
    first, again = (_value(term, draw_step(term.views)).item() for _ in range(2))
    expect(first == again, f"the value {first} again", again)
    other = _value(subject.build(seed=1), draw_step(term.views)).item()
    expect(first == other, f"the value {first} of another build under the same seed", other)


def does_not_depend_on_the_order_of_samples(subject: Subject) -> None:
    """The samples of a batch in another order have the same loss."""
    term = subject.build()
    step = draw_step(term.views)
    first = _value(term, step).item()
    other = _value(term, in_order(step, torch.randperm(SAMPLES, generator=torch.Generator().manual_seed(3)))).item()
    expect(abs(first - other) <= CLOSE * max(1.0, abs(first)), f"the value {first} for any order of samples", other)


def does_not_depend_on_padding(subject: Subject) -> None:
    """What stands in the states where the mask is false changes nothing."""
    term = subject.build()
    step = draw_step(term.views)
    if not step.states:
        raise NotApplicableError("its views have no token states")
    first, other = _value(term, step).item(), _value(term, padded(step)).item()
    expect(abs(first - other) <= CLOSE * max(1.0, abs(first)), f"the value {first} with more padding", other)


def leaves_the_step_alone(subject: Subject) -> None:
    """It changes none of the tensors that it is given."""
    term = subject.build()
    step = draw_step(term.views)
    before = {name: leaf.detach().clone() for name, leaf in leaves(step).items()}
    _value(term, step)
    changed = [name for name, leaf in leaves(step).items() if not torch.equal(leaf, before[name])]
    expect(not changed, "an unchanged step", f"other {', '.join(changed)}")


def is_a_module_if_it_has_parameters(subject: Subject) -> None:
    """Parameters that train with the model are those of a torch.nn.Module, and each gets a gradient."""
    term = subject.build()
    loose = [n for n, v in vars(term).items() if isinstance(v, nn.Parameter)] if not isinstance(term, nn.Module) else []
    expect(not loose, "a torch.nn.Module, as it has parameters", f"a plain object with {', '.join(loose)}")
    parameters = dict(term.named_parameters()) if isinstance(term, nn.Module) else {}
    if not parameters:
        raise NotApplicableError("it has no parameters")
    _value(term, draw_step(term.views)).backward()  # type: ignore[no-untyped-call]
    without = [name for name, p in parameters.items() if p.requires_grad and p.grad is None]
    expect(not without, "a gradient for every parameter", f"none for {', '.join(without)}")


CHECKS = (
    reads_the_views_it_declares,
    gives_one_finite_number,
    gives_gradients,
    is_finite_where_views_coincide,
    is_finite_on_one_sample,
    repeats_its_value,
    does_not_depend_on_the_order_of_samples,
    does_not_depend_on_padding,
    leaves_the_step_alone,
    is_a_module_if_it_has_parameters,
)
