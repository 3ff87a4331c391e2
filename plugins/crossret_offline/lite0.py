"""``lite0``: EfficientNet-Lite0, trained on ImageNet, from a package."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import timm
import torch
from PIL.Image import Resampling

from crossret_offline.packaged import LITE0
from crossret_vision.network import NetworkBackbone

if TYPE_CHECKING:
    from PIL.Image import Image

MODEL = "tf_efficientnet_lite0"
SIZE = 224
# The weights expect (x - 127) / 128 of values 0 to 255.
MEAN = (127 / 255,) * 3
STD = (128 / 255,) * 3
COUNTER = "num_batches_tracked"


def lite0_backbone(whole: bool = False, trains: bool = False) -> NetworkBackbone:
    """Pooled features of EfficientNet-Lite0, 1,280 wide.

    Args:
        whole: take the whole picture, stretched to 224 x 224 (one of that size stays as it is); otherwise resize its
            shorter side to 256 and crop the middle, as the weights were evaluated.
        trains: fine-tune the weights.

    Raises:
        ComponentError: the package is not installed, or its file is another one.
    """
    path = LITE0.path()
    network: Any = timm.create_model(MODEL, pretrained=False)
    _load(network, torch.load(path, map_location="cpu", weights_only=True))
    network.reset_classifier(0)
    config = {"input_size": (3, SIZE, SIZE), "interpolation": "bicubic", "crop_pct": 0.875, "mean": MEAN, "std": STD}
    cropped = timm.data.create_transform(**config, is_training=False, use_prefetcher=True)
    settings = f"lite0 1 timm {timm.__version__} {LITE0.sha256} {whole}"
    return NetworkBackbone(
        network,
        transform=_stretched if whole else cropped,
        mean=MEAN,
        std=STD,
        dimension=network.head_hidden_size,
        trains=trains,
        fingerprint=hashlib.sha256(settings.encode()).hexdigest()[:16],
    )


def _load(network: torch.nn.Module, state: dict[str, torch.Tensor]) -> None:
    """The file names its tensors otherwise but has them in timm's order; the counters of batches are not needed."""
    values = [tensor for name, tensor in state.items() if not name.endswith(COUNTER)]
    names = [name for name in network.state_dict() if not name.endswith(COUNTER)]
    network.load_state_dict(dict(zip(names, values, strict=True)), strict=False)


def _stretched(image: Image) -> np.ndarray:
    return np.asarray(image.resize((SIZE, SIZE), Resampling.BICUBIC)).transpose(2, 0, 1)
