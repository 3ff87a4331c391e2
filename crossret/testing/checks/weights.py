"""Weights: what trains gets a gradient, and what is saved comes back."""

from __future__ import annotations

from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from crossret.contracts.text import TextEncoder
from crossret.contracts.visual import ClipBackbone, PixelBackbone
from crossret.testing.observing import all_texts, difference, inputs, observed
from crossret.testing.outcomes import NotApplicableError, expect
from crossret.testing.subject import Subject


def trains_what_it_says(subject: Subject) -> None:
    """Every parameter that trains gets a finite gradient, and there are some exactly if it says that it trains."""
    built = subject.build()
    if not isinstance(built, TextEncoder | PixelBackbone | ClipBackbone):
        raise NotApplicableError("it looks features up")
    trained = dict(_trained(built))
    trains = getattr(built, "trains", None)
    if trains is not None:
        expect(bool(trained) or not trains, "a torch.nn.Module with trained parameters, as trains is true", "none")
    if not trained or trains is False:
        _stays(subject, built)
        return
    output = _training_output(subject, built)
    expect(output.requires_grad, "an output with a gradient, as parameters train", "one without")
    # A sum would be blind to what a normalising last layer keeps constant.
    (output * torch.linspace(-1, 1, output.numel()).view_as(output)).sum().backward()  # type: ignore[no-untyped-call]
    without = [name for name, p in trained.items() if p.grad is None]
    expect(not without, "a gradient for every parameter with requires_grad", f"none for {', '.join(without[:3])}")
    broken = [name for name, p in trained.items() if p.grad is not None and not p.grad.isfinite().all()]
    expect(not broken, "finite gradients", f"nan or inf in {', '.join(broken[:3])}")


def _stays(subject: Subject, built: Any) -> None:
    output = _training_output(subject, built)
    expect(not output.requires_grad, "an output without a gradient, as nothing trains", "one with a gradient")


def _trained(built: Any) -> list[tuple[str, nn.Parameter]]:
    if not isinstance(built, nn.Module):
        return []
    return [(name, p) for name, p in built.named_parameters() if p.requires_grad]


def _training_output(subject: Subject, built: Any) -> Tensor:
    if isinstance(built, nn.Module):
        built.train()
    if isinstance(built, TextEncoder):
        out = built(built.tokenize(all_texts(subject)))
        return out.states[out.mask]
    features: Tensor = built(torch.from_numpy(inputs(subject, built)["pixels"]))
    return features


def weights_survive_saving(subject: Subject) -> None:
    """Its state dict, saved as safetensors and loaded into one with other initial weights, gives the same results."""
    built = subject.build(seed=1)
    if not isinstance(built, nn.Module) or not built.state_dict():
        raise NotApplicableError("it has no weights")
    document = save({name: tensor.detach().clone().contiguous() for name, tensor in built.state_dict().items()})
    other = subject.build(seed=2)
    other.load_state_dict(load(document))
    differs = difference(observed(subject, built), observed(subject, other))
    expect(not differs, "the same results after saving and loading", f"a difference in {differs}")


CHECKS = (trains_what_it_says, weights_survive_saving)
