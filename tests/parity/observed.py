"""The first step of a training, seen from outside the trainer through hooks."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from crossret.contracts.loss import Views
from crossret.training.trainer import Trainer
from crossret_losses.adversary import LanguageAdversary

ADVERSARIAL = "adversarial_weighted"


class Observed:
    """What the first step did."""

    def __init__(self, trainer: Trainer) -> None:
        self.gradients: dict[str, Tensor] = {}
        self.views: Views | None = None
        self.opponent: dict[str, float] = {}
        self.opponent_gradients: dict[str, Tensor] = {}
        self.after: dict[str, Tensor] = {}
        self.opponent_after: dict[str, Tensor] = {}
        self.model = trainer.model
        adversary = trainer.objective.terms[ADVERSARIAL]
        assert isinstance(adversary, LanguageAdversary)
        self.adversary = adversary
        trainer.model.register_forward_hook(lambda module, args, views: self._keep_views(views))
        adversary.optimiser.register_step_pre_hook(lambda *args: self._keep_opponent())
        for name, parameter in trainer.model.named_parameters():
            if parameter.requires_grad:
                parameter.register_post_accumulate_grad_hook(self._keeper(name))

    def _keeper(self, name: str) -> Callable[[Tensor], None]:
        def keep(parameter: Tensor) -> None:
            assert parameter.grad is not None
            self.gradients.setdefault(name, parameter.grad.clone())

        return keep

    def _keep_views(self, views: Views) -> None:
        self.views = self.views or views

    @torch.no_grad()
    def _keep_opponent(self) -> None:
        """Just before its update: losses and shares of right guesses, and what the encoder would get from it now."""
        if self.opponent:
            return
        assert self.views is not None
        source, target = (self.adversary.discriminator(self.views.states[side]) for side in ("source", "target"))  # type: ignore[index]
        cross_entropy = nn.functional.binary_cross_entropy_with_logits
        self.opponent = {
            "term.discriminator_real": cross_entropy(source, torch.ones_like(source)).item(),
            "term.discriminator_fake": cross_entropy(target, torch.zeros_like(target)).item(),
            "term.discriminator_real_accuracy": (source.argmax(1) == 1).float().mean().item(),
            "term.discriminator_fake_accuracy": (target.argmax(1) == 0).float().mean().item(),
            "adversarial_weighted_if_discriminator_not_updated": 0.001 * self.adversary(self.views).item(),
        }
        for name, parameter in self.adversary.discriminator.named_parameters():
            assert parameter.grad is not None
            self.opponent_gradients[name] = parameter.grad.clone()

    def keep_weights(self) -> None:
        """After the first step."""
        if not self.after:
            self.after = {name: value.clone() for name, value in self.model.state_dict().items()}
            self.opponent_after = {n: v.clone() for n, v in self.adversary.discriminator.state_dict().items()}
