"""Agreement of the discriminators and their step with numbers recorded from the published code."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from parity_arrays import arrays_of, assert_close, tensors_under
from step_views import full, step
from torch import Tensor

from crossret.contracts.loss import LossContext, Views
from crossret_losses.adversary import LanguageAdversary
from crossret_losses.discriminators import HEADS, ConvolutionalHead

THEIRS = {"weak": "weak", "mlp": "not_so_weak", "convolutional": "strong"}
WEIGHT = 0.001


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return arrays_of("discriminators")


def ours(name: str) -> str:
    """Their ``block1`` is our ``blocks.0``."""
    head, dot, rest = name.partition(".")
    return f"blocks.{int(head.removeprefix('block')) - 1}{dot}{rest}" if head.startswith("block") else name


def recorded(arrays: dict[str, np.ndarray], head: str, ending: str = "") -> dict[str, Tensor]:
    found = tensors_under(f"discriminator.{THEIRS[head]}.", arrays)
    plain = {name: value for name, value in found.items() if not name.endswith((".step_grad", ".after_step"))}
    return {ours(name): found[f"{name}{ending}"] for name in plain}


def adversary_with(arrays: dict[str, np.ndarray], head: str, monkeypatch: pytest.MonkeyPatch) -> LanguageAdversary:
    # The recording uses 16 channels where the method has 128.
    monkeypatch.setitem(
        HEADS,
        "convolutional",
        lambda dimension, classes: ConvolutionalHead(dimension, classes, width=16),  # type: ignore[arg-type]
    )
    context = LossContext(state_dimension=24, target_languages=("zh",))
    adversary = LanguageAdversary(context, head=head)  # type: ignore[arg-type]
    adversary.discriminator.load_state_dict(recorded(arrays, head))
    return adversary


def views_of(arrays: dict[str, np.ndarray]) -> Views:
    source, target = (torch.from_numpy(arrays[f"{side}_states"]).requires_grad_() for side in ("source", "target"))
    return step({}, states={"source": full(source), "target": full(target)})


def compare_generator(adversary: LanguageAdversary, arrays: dict[str, np.ndarray], name: str) -> None:
    views = views_of(arrays)
    loss = WEIGHT * adversary(views)
    assert loss.item() == pytest.approx(float(arrays[name]), abs=1e-7)
    loss.backward()
    gradient = views.states["target"].states.grad
    assert gradient is not None
    assert views.states["source"].states.grad is None
    assert_close(gradient, arrays[f"{name}.grad_target_states"], 1e-5, relative=True)


@pytest.mark.parametrize("head", THEIRS)
def test_a_step_of_the_discriminator(arrays: dict[str, np.ndarray], head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    adversary = adversary_with(arrays, head, monkeypatch)
    name = THEIRS[head]
    views = views_of(arrays)
    for side in ("source", "target"):
        logits = adversary.discriminator(views.states[side])  # type: ignore[index]
        assert_close(logits, arrays[f"{name}.{side}_logits_before"], 1e-5)
    compare_generator(adversary, arrays, f"{name}.generator_loss_before")

    figures = adversary.auxiliary_step(views)

    assert float(figures["discriminator"]) == pytest.approx(float(arrays[f"{name}.step_loss"]), abs=1e-5)
    assert not figures["discriminator"].requires_grad
    assert views.states["target"].states.grad is None, "the discriminator's step reached the encoder"
    gradients = {n: p.grad for n, p in adversary.discriminator.named_parameters()}
    for parameter, expected in recorded(arrays, head, ".step_grad").items():
        gradient = gradients[parameter]
        assert gradient is not None
        assert_close(gradient, expected.numpy(), 1e-5, relative=True)
    weights = adversary.discriminator.state_dict()
    for parameter, expected in recorded(arrays, head, ".after_step").items():
        assert_close(weights[parameter], expected.numpy(), 2e-6)
    compare_generator(adversary, arrays, f"{name}.generator_loss_after")
