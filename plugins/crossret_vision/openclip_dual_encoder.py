"""``openclip:MODEL[:WEIGHTS]`` as a baseline: both towers of an open_clip model, as they were trained."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import open_clip
import torch
from torch import Tensor, nn
from torch.nn import functional

from crossret.errors import ComponentError, UsageError, nearest
from crossret_vision.openclip_model import check_names
from crossret_vision.weights import hash_weights, load_weights, read_weights

if TYPE_CHECKING:
    from PIL.Image import Image


class OpenClipDualEncoder(nn.Module):
    """Unit vectors of captions and pictures; nothing trains.

    Args:
        model: a name from ``open_clip.list_models()``, and after a colon the tag of weights that are fetched once.
        weights: a safetensors file or a torch state dict of the whole model to use instead.

    Raises:
        UsageError: open_clip has no such model, the model no such tag, or neither tag nor file is given.
        ComponentError: the weights cannot be fetched, or the model cannot be built.
        DataError: the file of weights does not fit.
    """

    def __init__(self, model: str, weights: str | None = None) -> None:
        super().__init__()
        name, _, tag = model.partition(":")
        check_names(name, tag or None)
        if weights is None and not tag:
            known = nearest("", open_clip.list_pretrained_tags_by_model(name))
            raise UsageError(
                f"'openclip:{name}' names no weights; expected openclip:{name}:WEIGHTS, or weights=FILE{known}"
            )
        try:
            network, _, transform = open_clip.create_model_and_transforms(
                name, pretrained=tag if weights is None else None
            )
            self.tokenizer: Any = open_clip.get_tokenizer(name)
        except Exception as error:  # whatever the hub's client raises
            reason = str(error).strip().partition("\n")[0]
            raise ComponentError(
                f"model 'openclip:{model}' cannot be loaded: {reason}; go online once, or set weights to a file"
            ) from error
        if weights is not None:
            load_weights(network, read_weights(weights), weights)
        self.network: Any = network.eval().requires_grad_(False)
        self.transform: Any = transform
        self.name = name

    def fingerprint(self) -> str:
        """Hash of the weights, the preprocessing and the version of open_clip."""
        settings = f"openclip {open_clip.__version__} {self.name} {self.transform} {hash_weights(self.network)}"
        return hashlib.sha256(settings.encode()).hexdigest()[:16]

    @torch.no_grad()
    def embed_captions(self, captions: Sequence[str]) -> np.ndarray:
        """Captions ``(Q, D)``; long ones are cut."""
        return _unit(self.network.encode_text(self.tokenizer(list(captions)).to(self._device)))

    @torch.no_grad()
    def embed_pictures(self, pictures: Sequence[Image]) -> np.ndarray:
        """Pictures ``(M, D)``."""
        return _unit(self.network.encode_image(torch.stack([self.transform(p) for p in pictures]).to(self._device)))

    @property
    def _device(self) -> torch.device:
        device: torch.device = next(self.network.parameters()).device
        return device


def _unit(vectors: Tensor) -> np.ndarray:
    return functional.normalize(vectors.float(), dim=-1).cpu().numpy()
