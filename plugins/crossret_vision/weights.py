"""Reads weights from a file without ever running code from it, and hashes the weights of a network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from crossret.errors import DataError, nearest


def read_weights(path: str) -> dict[str, Tensor]:
    """Named tensors of a safetensors file, or of a torch file that holds nothing but tensors.

    Raises:
        DataError: the file is missing, broken, or holds something else.
    """
    if not Path(path).is_file():
        raise DataError(f"{path}: no such file; expected weights (safetensors or a torch state dict)")
    try:
        if Path(path).suffix == ".safetensors":
            return load_file(path)
        # The restricted reader: refuses everything but tensors and plain containers.
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # on a broken file the reader raises whatever it stumbles over
        reason = str(error).strip().partition("\n")[0]
        raise DataError(f"{path}: no weights can be read: {reason}") from error
    state = content.get("state_dict", content) if isinstance(content, dict) else content
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise DataError(f"{path}: found a {type(content).__name__}; expected a dict of tensors, as of state_dict()")
    return state


def load_weights(network: nn.Module, state: Mapping[str, Tensor], path: str) -> None:
    """Put a file's tensors into a network that has exactly these.

    Raises:
        DataError: tensors are missing, left over, or of another shape; the line names the first.
    """
    own = network.state_dict()
    missing = [name for name in own if name not in state]
    if missing:
        raise DataError(
            f"{path}: {len(missing)} of {len(own)} tensors are missing, the first is "
            f"{missing[0]!r}{nearest(missing[0], state)}"
        )
    extra = [name for name in state if name not in own]
    if extra:
        raise DataError(f"{path}: {len(extra)} tensors too many, the first is {extra[0]!r}{nearest(extra[0], own)}")
    for name, tensor in own.items():
        if state[name].shape != tensor.shape:
            raise DataError(f"{path}: {name} is {tuple(state[name].shape)}; expected {tuple(tensor.shape)}")
    network.load_state_dict(state)


def hash_weights(network: nn.Module) -> str:
    """Hash of names, types, shapes and values of all tensors."""
    digest = hashlib.sha256()
    for name, tensor in network.state_dict().items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        # As bytes: numpy does not know every type, and a view needs a dimension.
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
