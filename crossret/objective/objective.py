"""Builds the active terms of a recipe and adds them up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor, nn

from crossret.contracts.loss import AdversarialTerm, LossContext, Term, View, Views
from crossret.following import check_follows
from crossret.makers import blamed, broken
from crossret.recipe.models import TermRecipe
from crossret.registry import Registry

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Objective:
    """Named, weighted terms: ``L = Σ weight · term`` (method section 1.5, "Total")."""

    terms: Mapping[str, Term]
    weights: Mapping[str, float]

    @property
    def views(self) -> frozenset[View]:
        """Views that an active term reads."""
        return frozenset().union(*(term.views for term in self.terms.values()))

    def __call__(self, views: Views) -> tuple[Tensor, dict[str, Tensor]]:
        """The total and the weighted terms, detached."""
        weighted = {name: self.weights[name] * loss_of(term, views) for name, term in self.terms.items()}
        total = sum(weighted.values(), start=views.subjects.new_zeros((), dtype=_dtype(views)))
        return total, {name: value.detach() for name, value in weighted.items()}

    def adversarial(self) -> dict[str, AdversarialTerm]:
        """Terms with an opponent of their own."""
        return {name: term for name, term in self.terms.items() if isinstance(term, AdversarialTerm)}

    def auxiliary_step(self, views: Views) -> dict[str, Tensor]:
        """Let every opponent make its step on detached views."""
        figures: dict[str, Tensor] = {}
        for name, term in self.adversarial().items():
            with blamed(term):
                figures |= {f"{name}.{key}": value for key, value in term.auxiliary_step(views).items()}
        return figures

    def modules(self) -> dict[str, nn.Module]:
        """Terms with parameters that train with the model (a learned temperature, say)."""
        return {
            name: term
            for name, term in self.terms.items()
            if isinstance(term, nn.Module) and not isinstance(term, AdversarialTerm)
        }

    def parameters(self) -> Iterator[nn.Parameter]:
        """Parameters that train with the model."""
        for module in self.modules().values():
            yield from module.parameters()

    def to(self, device: torch.device) -> None:
        """Move every term."""
        for term in self.terms.values():
            if isinstance(term, nn.Module):
                term.to(device)


def loss_of(term: Term, views: Views) -> Tensor:
    """The value of a term, checked as far as that needs no waiting for the device.

    Raises:
        ComponentError: it is no scalar on the device of the views.
    """
    with blamed(term):
        value = term(views)
    if not isinstance(value, Tensor) or value.shape or not value.is_floating_point():
        what = f"{value.dtype} of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise broken(term, "one floating-point number, a tensor of shape ()", what)
    if value.device != views.subjects.device:
        raise broken(term, f"a loss on device {views.subjects.device}", f"one on {value.device}")
    return value


def _dtype(views: Views) -> torch.dtype:
    return next(iter(views.embeddings.values())).dtype


def build_objective(
    recipes: Mapping[str, TermRecipe], registry: Registry, state_dimension: int, languages: tuple[str, ...]
) -> Objective:
    """Build every term of a recipe.

    Raises:
        UsageError: unknown loss or option.
        ComponentError: a loss breaks its contract.
    """
    terms: dict[str, Term] = {}
    for name, recipe in recipes.items():
        context = LossContext(recipe.between, state_dimension, languages)
        term = registry.build("loss", recipe.loss, context, **recipe.options)
        check_follows(term, Term)
        terms[name] = term
    return Objective(terms, {name: recipe.weight for name, recipe in recipes.items()})
