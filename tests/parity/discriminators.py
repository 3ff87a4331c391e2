"""The language discriminators: logits, the step of the opponent, and what the encoder gets from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from crossret.contracts.loss import LossContext, View, Views
from crossret.contracts.text import TokenStates
from crossret_losses.adversary import LanguageAdversary
from crossret_losses.discriminators import HEADS, ConvolutionalHead

from .comparison import Comparison
from .recorded import Arrays, arrays_of, tensors_under

THEIRS = {"weak": "weak", "mlp": "not_so_weak", "convolutional": "strong"}
WEIGHT = 0.001
SIDES: tuple[View, ...] = ("source", "target")
ENDINGS = (".step_grad", ".after_step")


def discriminators(scratch: Path) -> Iterator[Comparison]:
    """All three, one step each."""
    arrays = arrays_of("discriminators")
    for head in THEIRS:
        yield from of_head(arrays, head)


@contextmanager
def recorded_width() -> Iterator[None]:
    """The recordings use 16 channels where the method has 128."""
    published = HEADS["convolutional"]
    narrow: Any = lambda dimension, classes: ConvolutionalHead(dimension, classes, width=16)  # noqa: E731
    HEADS["convolutional"] = narrow
    try:
        yield
    finally:
        HEADS["convolutional"] = published


def our_name(name: str) -> str:
    """Their ``block1`` is our ``blocks.0``."""
    head, dot, rest = name.partition(".")
    return f"blocks.{int(head.removeprefix('block')) - 1}{dot}{rest}" if head.startswith("block") else name


def recorded_weights(arrays: Arrays, prefix: str, ending: str = "") -> dict[str, Tensor]:
    """Initial weights, or with an ending what the step made of them, under our names."""
    found = tensors_under(prefix, arrays)
    plain = [name for name in found if not name.endswith(ENDINGS)]
    return {our_name(name): found[f"{name}{ending}"] for name in plain}


def of_head(arrays: Arrays, head: str) -> Iterator[Comparison]:
    """One discriminator: before, during and after its step."""
    name = THEIRS[head]
    prefix = f"discriminator.{name}."
    with recorded_width():
        adversary = LanguageAdversary(LossContext(state_dimension=24, target_languages=("zh",)), head=head)  # type: ignore[arg-type]
    adversary.discriminator.load_state_dict(recorded_weights(arrays, prefix))
    views = _views(arrays)
    for side in SIDES:
        logits = adversary.discriminator(views.states[side])
        yield Comparison.of(f"{name}.{side}_logits_before", logits, arrays[f"{name}.{side}_logits_before"], 1e-5)
    yield from _generator(adversary, arrays, f"{name}.generator_loss_before")
    figures = adversary.auxiliary_step(views)
    yield Comparison.of(f"{name}.step_loss", figures["discriminator"], arrays[f"{name}.step_loss"], 1e-5)
    gradients = {n: p.grad for n, p in adversary.discriminator.named_parameters() if p.grad is not None}
    for parameter, expected in recorded_weights(arrays, prefix, ".step_grad").items():
        yield Comparison.of(f"{prefix}{parameter}.step_grad", gradients[parameter], expected, 1e-5, relative=True)
    weights = adversary.discriminator.state_dict()
    for parameter, expected in recorded_weights(arrays, prefix, ".after_step").items():
        yield Comparison.of(f"{prefix}{parameter}.after_step", weights[parameter], expected, 2e-6)
    yield from _generator(adversary, arrays, f"{name}.generator_loss_after")


def _views(arrays: Arrays) -> Views:
    states = {side: _full(torch.from_numpy(arrays[f"{side}_states"]).requires_grad_()) for side in SIDES}
    count = len(arrays["source_states"])
    return Views({}, states, torch.arange(count), torch.zeros(count, dtype=torch.int64))


def _full(states: Tensor) -> TokenStates:
    return TokenStates(states, torch.ones(states.shape[:2], dtype=torch.bool))


def _generator(adversary: LanguageAdversary, arrays: Arrays, name: str) -> Iterator[Comparison]:
    views = _views(arrays)
    loss = WEIGHT * adversary(views)
    loss.backward()
    yield Comparison.of(name, loss, arrays[name], 1e-7)
    gradient = views.states["target"].states.grad
    assert gradient is not None
    recorded = f"{name}.grad_target_states"
    yield Comparison.of(recorded, gradient, arrays[recorded], 1e-5, relative=True)
