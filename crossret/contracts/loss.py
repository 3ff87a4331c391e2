"""Loss terms: what they see of a training step and what they return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from torch import Tensor

    from crossret.contracts.text import TokenStates

View = Literal["visual", "source", "target", "back", "cross", "other"]
"""``cross`` is the teacher's; ``other`` is another translation of the same caption, or the same if it has one only."""


@dataclass(frozen=True, slots=True)
class Views:
    """One training step as a term sees it; N samples.

    Attributes:
        embeddings: unit vectors ``(N, D)`` per view: only those that an active term asked for.
        states: token states of the text encoder, before projection, of ``source``, ``target``, ``back`` and ``other``.
        subjects: ``(N,)`` int64; equal numbers are the same subject, hence no negatives of one another.
        languages: ``(N,)`` int64, index of the sample's target language.
        confidence: ``(N,)`` in (0, 1], how far the sample's translation can be trusted; ``None``: nobody asked.
    """

    embeddings: Mapping[View, Tensor]
    states: Mapping[View, TokenStates]
    subjects: Tensor
    languages: Tensor
    confidence: Tensor | None = None


@dataclass(frozen=True, slots=True)
class LossContext:
    """What a term is told when it is built.

    Attributes:
        between: the views of the recipe's term, e.g. ``("visual", "target")``; empty if the recipe names none.
        state_dimension: width of the token states.
        target_languages: the languages that the model trains on besides the source.
    """

    between: tuple[View, ...] = ()
    state_dimension: int = 0
    target_languages: tuple[str, ...] = field(default=())


@runtime_checkable
class Term(Protocol):
    """Built as ``Component(context, **options)``; a ``torch.nn.Module`` if it has parameters.

    Attributes:
        views: the views it reads; the model computes no others.
    """

    views: frozenset[View]

    def __call__(self, views: Views) -> Tensor:
        """The unweighted scalar loss of the step."""
        ...


@runtime_checkable
class AdversarialTerm(Term, Protocol):
    """A term with an opponent of its own, trained by its own optimiser before the model's step."""

    def auxiliary_step(self, views: Views) -> Mapping[str, Tensor]:
        """Update the opponent on detached views; returns detached scalars to log."""
        ...

    def auxiliary_state(self) -> dict[str, Tensor]:
        """Everything a resumed run needs to continue exactly: weights and optimiser state, as named tensors."""
        ...

    def load_auxiliary_state(self, state: Mapping[str, Tensor]) -> None:
        """Put back what :meth:`auxiliary_state` returned."""
        ...
