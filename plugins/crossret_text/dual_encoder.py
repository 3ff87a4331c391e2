"""``hf:MODEL`` as a baseline: the dual encoders of transformers (CLIP, SigLIP, AltCLIP, …), as they were trained."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

from crossret.errors import UsageError
from crossret_text.loading import told
from crossret_text.weights import hash_tensors

if TYPE_CHECKING:
    from PIL.Image import Image

SIDES = ("get_text_features", "get_image_features")
# Trained on texts of one length only.
FIXED_LENGTH = ("siglip", "siglip2")
FILES = "model.safetensors, tokenizer and image processor"


class HfDualEncoder(nn.Module):
    """Unit vectors of captions and pictures; nothing trains.

    Args:
        model: a name on the hub, or a folder with weights, tokenizer and image processor.
        revision: branch, tag or commit on the hub.
        local_files_only: never go online.

    Raises:
        ComponentError: it cannot be loaded.
        UsageError: it has no side for texts or none for pictures.
    """

    def __init__(self, model: str, revision: str | None = None, local_files_only: bool = False) -> None:
        super().__init__()
        options: dict[str, Any] = {
            "revision": revision or "main",
            "local_files_only": local_files_only,
            "trust_remote_code": False,
        }
        with told("model", model, FILES):
            network: Any = AutoModel.from_pretrained(model, use_safetensors=True, dtype=torch.float32, **options)
        if not all(hasattr(network, side) for side in SIDES):
            raise UsageError(
                f"'hf:{model}' is a {type(network).__name__}; expected a dual encoder of texts and pictures"
            )
        with told("model", model, FILES):
            self.tokenizer: Any = AutoTokenizer.from_pretrained(model, **options)
            self.pictures: Any = AutoImageProcessor.from_pretrained(model, **options)
        self.network = network.eval().requires_grad_(False)
        self.longest = min(network.config.text_config.max_position_embeddings, self.tokenizer.model_max_length)
        self.padding = "max_length" if network.config.model_type in FIXED_LENGTH else True

    def fingerprint(self) -> str:
        """Hash of weights, tokenizer and image processor."""
        parts = (
            hash_tensors(self.network.state_dict()),
            self.network.config.model_type,
            repr(self.tokenizer),
            self.pictures.to_json_string(),
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    @torch.no_grad()
    def embed_captions(self, captions: Sequence[str]) -> np.ndarray:
        """Captions ``(Q, D)``; long ones are cut."""
        tokens = self.tokenizer(
            list(captions), padding=self.padding, truncation=True, max_length=self.longest, return_tensors="pt"
        )
        return _unit(self.network.get_text_features(**tokens.to(self.network.device)))

    @torch.no_grad()
    def embed_pictures(self, pictures: Sequence[Image]) -> np.ndarray:
        """Pictures ``(M, D)``."""
        pixels = self.pictures(images=list(pictures), return_tensors="pt")
        return _unit(self.network.get_image_features(**pixels.to(self.network.device)))


def _unit(found: Any) -> np.ndarray:
    # Since version 5 the projected vectors are one of several outputs.
    vectors: Tensor = found if isinstance(found, Tensor) else found.pooler_output
    return functional.normalize(vectors.float(), dim=-1).cpu().numpy()
