"""The weights of a model without those that its text encoder's fingerprint determines."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from crossret.model.dual_encoder import DualEncoder

ENCODER = "text.encoder."


def frozen_weights(model: DualEncoder) -> frozenset[str]:
    """Names of the encoder's parameters that do not train: each new encoder of the same fingerprint has them."""
    parameters = model.named_parameters(remove_duplicate=False)
    return frozenset(name for name, value in parameters if name.startswith(ENCODER) and not value.requires_grad)


def trained_state(model: DualEncoder) -> dict[str, Tensor]:
    """Everything that training may change, buffers included."""
    frozen = frozen_weights(model)
    return {name: tensor for name, tensor in model.state_dict().items() if name not in frozen}


def load_trained_state(model: DualEncoder, tensors: Mapping[str, Tensor]) -> None:
    """Put back :func:`trained_state`, or a whole ``state_dict()``.

    Raises:
        RuntimeError: tensors are missing, left over or of another shape.
    """
    frozen = frozen_weights(model)
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    # Half of the frozen weights would be neither the encoder's nor the file's.
    absent = sorted(missing if frozen & tensors.keys() else set(missing) - frozen)
    if absent or unexpected:
        lists = {"missing": absent, "unknown": unexpected}
        named = [f"{len(names)} {what}: {names[0]}" for what, names in lists.items() if names]
        raise RuntimeError(f"tensors are {' and '.join(named)}")
