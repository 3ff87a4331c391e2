"""``timm:MODEL``: the image models of timm."""

from __future__ import annotations

import hashlib
from typing import Any

import timm

from crossret.errors import ComponentError, unknown
from crossret_vision.network import NetworkBackbone
from crossret_vision.weights import hash_weights, load_weights, read_weights


def timm_backbone(
    model: str, pretrained: bool = True, weights: str | None = None, trains: bool = False
) -> NetworkBackbone:
    """Pooled features of a timm model.

    Args:
        model: a name from ``timm.list_models()``, with or without the tag of its weights.
        pretrained: use timm's own weights, fetched once; otherwise random ones.
        weights: a safetensors file or a torch state dict to use instead.
        trains: fine-tune the weights.

    Raises:
        UsageError: timm has no such model.
        ComponentError: the weights cannot be fetched.
        DataError: the file of weights does not fit.
    """
    _check_name(model)
    try:
        network = timm.create_model(model, pretrained=pretrained and weights is None, num_classes=0)
    except Exception as error:  # whatever the hub's client raises
        reason = str(error).strip().partition("\n")[0]
        raise ComponentError(
            f"visual-backbone 'timm:{model}' cannot be built: {reason}; go online once, or set weights to a file or "
            "pretrained to false"
        ) from error
    if weights is not None:
        load_weights(network, _without_classifier(network, read_weights(weights)), weights)
    config: dict[str, Any] = timm.data.resolve_data_config({}, model=network)
    return NetworkBackbone(
        network,
        # With the prefetcher's transform the picture stays uint8; normalisation is the backbone's.
        transform=timm.data.create_transform(**config, is_training=False, use_prefetcher=True),
        mean=config["mean"],
        std=config["std"],
        dimension=network.head_hidden_size,
        trains=trains,
        fingerprint=_fingerprint(model, network, config, from_scratch=trains and not pretrained and weights is None),
    )


def _check_name(model: str) -> None:
    architecture, _, tag = model.partition(".")
    if not timm.is_model(architecture):
        raise unknown("timm model", architecture, timm.list_models())
    tagged = timm.list_models(f"{architecture}.*", pretrained=True)
    if tag and model not in tagged:
        raise unknown("timm model", model, [architecture, *tagged])


def _without_classifier(network: Any, state: dict[str, Any]) -> dict[str, Any]:
    """A file of weights without the layer that the features do not pass."""
    classifier = network.default_cfg.get("classifier") or ()
    names = (classifier,) if isinstance(classifier, str) else tuple(classifier)
    return {key: value for key, value in state.items() if not key.startswith(tuple(f"{name}." for name in names))}


def _fingerprint(model: str, network: Any, config: dict[str, Any], from_scratch: bool) -> str:
    # Random weights that train follow from the run's seed: the same component whatever the seed.
    weights = "" if from_scratch else hash_weights(network)
    settings = f"timm {timm.__version__} {model} {sorted(config.items())} {weights}"
    return hashlib.sha256(settings.encode()).hexdigest()[:16]
