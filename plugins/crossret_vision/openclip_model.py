"""``openclip:MODEL``: the image towers of open_clip."""

from __future__ import annotations

import hashlib
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
import open_clip
from open_clip.transform import PreprocessCfg, image_transform_v2
from torchvision.transforms import ToTensor

from crossret.errors import ComponentError, unknown
from crossret_vision.network import NetworkBackbone
from crossret_vision.weights import hash_weights, load_weights, read_weights

if TYPE_CHECKING:
    from PIL.Image import Image

TOWER = "visual."


def openclip_backbone(
    model: str, pretrained: str | None = None, weights: str | None = None, trains: bool = False
) -> NetworkBackbone:
    """Image embeddings of an open_clip model; its text tower is dropped.

    Args:
        model: a name from ``open_clip.list_models()``.
        pretrained: the tag of weights that open_clip fetches once; without it they are random.
        weights: a safetensors file or a torch state dict, of the whole model or of the image tower, to use instead.
        trains: fine-tune the weights.

    Raises:
        UsageError: open_clip has no such model, or the model no such tag.
        ComponentError: the weights cannot be fetched.
        DataError: the file of weights does not fit.
    """
    check_names(model, pretrained)
    try:
        whole = open_clip.create_model(model, pretrained=pretrained if weights is None else None)
    except Exception as error:  # whatever the hub's client raises
        reason = str(error).strip().partition("\n")[0]
        raise ComponentError(
            f"visual-backbone 'openclip:{model}' cannot be built: {reason}; go online once, or set weights to a file"
        ) from error
    tower: Any = whole.visual
    if weights is not None:
        load_weights(tower, _of_tower(read_weights(weights)), weights)
    config: dict[str, Any] = tower.preprocess_cfg
    return NetworkBackbone(
        tower,
        transform=PixelTransform(config),
        mean=config["mean"],
        std=config["std"],
        dimension=open_clip.get_model_config(model)["embed_dim"],
        trains=trains,
        fingerprint=_fingerprint(model, tower, config, from_scratch=trains and pretrained is None and weights is None),
    )


class PixelTransform:
    """The part of open_clip's preprocessing that works on pictures: a picture → uint8 ``(3, H, W)``."""

    def __init__(self, config: dict[str, Any]) -> None:
        whole = image_transform_v2(PreprocessCfg(**config), is_train=False)
        self.steps = list(takewhile(lambda step: not isinstance(step, ToTensor), whole.transforms))

    def __call__(self, image: Image) -> np.ndarray:
        """Resize and crop."""
        for step in self.steps:
            image = step(image)
        return np.asarray(image).transpose(2, 0, 1)


def check_names(model: str, pretrained: str | None) -> None:
    """Refuse a model that open_clip does not have, and a tag of weights that the model does not have.

    Raises:
        UsageError: naming the nearest.
    """
    if model not in open_clip.list_models():
        raise unknown("open_clip model", model, open_clip.list_models())
    tags = open_clip.list_pretrained_tags_by_model(model)
    if pretrained is not None and pretrained not in tags:
        raise unknown(f"weights of open_clip model {model!r}", pretrained, tags)


def _of_tower(state: dict[str, Any]) -> dict[str, Any]:
    if not any(key.startswith(TOWER) for key in state):
        return state
    return {key.removeprefix(TOWER): value for key, value in state.items() if key.startswith(TOWER)}


def _fingerprint(model: str, tower: Any, config: dict[str, Any], from_scratch: bool) -> str:
    # Random weights that train follow from the run's seed: the same component whatever the seed.
    weights = "" if from_scratch else hash_weights(tower)
    settings = f"openclip {open_clip.__version__} {model} {sorted(config.items())} {weights}"
    return hashlib.sha256(settings.encode()).hexdigest()[:16]
