"""The language discriminator as an opponent with its own optimiser (method section 1.5, item 6)."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from crossret.contracts.loss import LossContext, View, Views
from crossret.contracts.optimiser_state import load_optimiser_tensors, optimiser_tensors
from crossret.contracts.text import TokenStates
from crossret.errors import nearest
from crossret_losses.discriminators import HEADS, HeadName
from crossret_losses.pairs import no_choice_of_views


class LanguageAdversary(nn.Module):
    """The encoder is rewarded when target states look like source states to the discriminator.

    One target language: two logits and binary cross-entropy on both, as published. Several (joint training): one class
    per language, class 0 the source, and cross-entropy.
    """

    views: frozenset[View] = frozenset(("source", "target"))

    def __init__(self, context: LossContext, head: HeadName = "mlp", learning_rate: float = 1e-3) -> None:
        """Build the discriminator and its optimiser.

        Raises:
            ValueError: unknown head, no target language to hide, or a choice of views.
        """
        super().__init__()
        no_choice_of_views(context)
        if head not in HEADS:
            raise ValueError(f"head: unknown {head!r}{nearest(head, HEADS)}")
        if not context.target_languages:
            raise ValueError("there is no target language to hide: the recipe trains on source captions only")
        self.several = len(context.target_languages) > 1
        classes = 1 + len(context.target_languages)
        self.discriminator = HEADS[head](context.state_dimension, classes)
        self.optimiser = torch.optim.Adam(self.discriminator.parameters(), lr=learning_rate)

    def __call__(self, views: Views) -> Tensor:
        """How far the discriminator is from taking target states for source states."""
        logits = self.discriminator(views.states["target"])
        return self._loss(logits, torch.zeros_like(views.languages), is_source=True)

    def _loss(self, logits: Tensor, classes: Tensor, *, is_source: bool) -> Tensor:
        if self.several:
            return functional.cross_entropy(logits, classes)
        label = torch.ones_like(logits) if is_source else torch.zeros_like(logits)
        return functional.binary_cross_entropy_with_logits(logits, label)

    def auxiliary_step(self, views: Views) -> Mapping[str, Tensor]:
        """One step of the discriminator: half of its loss on source plus half of its loss on target states."""
        source, target = (_detached(views.states[view]) for view in ("source", "target"))
        with torch.enable_grad():
            on_source = self._loss(self.discriminator(source), torch.zeros_like(views.languages), is_source=True)
            on_target = self._loss(self.discriminator(target), views.languages + 1, is_source=False)
            loss = (on_source + on_target) / 2
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return {"discriminator": loss.detach()}

    def auxiliary_state(self) -> dict[str, Tensor]:
        """Weights and Adam moments."""
        weights = {f"weight.{name}": value for name, value in self.discriminator.state_dict().items()}
        return weights | {f"adam.{name}": value for name, value in optimiser_tensors(self.optimiser).items()}

    def load_auxiliary_state(self, state: Mapping[str, Tensor]) -> None:
        """Continue from :meth:`auxiliary_state`."""
        self.discriminator.load_state_dict(_under("weight.", state))
        load_optimiser_tensors(self.optimiser, _under("adam.", state))


def _under(prefix: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _detached(tokens: TokenStates) -> TokenStates:
    return TokenStates(tokens.states.detach(), tokens.mask)
