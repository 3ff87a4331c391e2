"""What a visual backbone makes of pictures, checked as far as that needs no waiting for the device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossret.contracts.visual import ClipBackbone, PixelBackbone
from crossret.makers import blamed, broken

if TYPE_CHECKING:
    from torch import Tensor


def features_of(backbone: PixelBackbone | ClipBackbone, pixels: Tensor) -> Tensor:
    """Features ``(N, D)`` of N pictures or frames, on their device.

    Raises:
        ComponentError: the backbone fails, or its answer breaks the contract.
    """
    from torch import Tensor

    with blamed(backbone):
        found = backbone(pixels)
    if not isinstance(found, Tensor):
        raise broken(backbone, "a tensor of features", type(found).__name__)
    shape = (len(pixels), backbone.dimension)
    if tuple(found.shape) != shape or not found.is_floating_point():
        raise broken(
            backbone, f"floating-point features of shape {shape}", f"{found.dtype} of shape {tuple(found.shape)}"
        )
    if found.device != pixels.device:
        raise broken(backbone, f"features on the device of the pixels, {pixels.device}", f"some on {found.device}")
    return found


def check_repeatable(backbone: PixelBackbone | ClipBackbone, pixels: Tensor) -> None:
    """Refuse a backbone that gives the first two pictures different features when it is asked again.

    Raises:
        ComponentError: it does.
    """
    import torch

    once, again = (features_of(backbone, pixels[:2]) for _ in range(2))
    if not torch.allclose(once, again, rtol=1e-3, atol=1e-4, equal_nan=True):
        apart = f"features up to {float((once - again).abs().max()):.2g} apart"
        raise broken(backbone, "the same features whenever it is asked", apart)
