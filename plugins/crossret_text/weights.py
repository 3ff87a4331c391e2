"""Hashes weights, and watches frozen ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from crossret_text.prepared import PreparedStates


def hash_tensors(tensors: Mapping[str, Tensor]) -> str:
    """Hash of names, types, shapes and values."""
    digest = hashlib.sha256()
    for name, tensor in tensors.items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        # As bytes: numpy does not know every type, and a view needs a dimension.
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def frozen_tensors(module: nn.Module) -> dict[str, Tensor]:
    """The parameters that do not train, by name."""
    return {name: parameter for name, parameter in module.named_parameters() if not parameter.requires_grad}


def forget_when_loaded(module: nn.Module, prepared: PreparedStates) -> None:
    """Forget prepared states whenever other weights are loaded into the frozen part of a module."""

    def forget(loading: nn.Module, state: Mapping[str, Tensor], prefix: str, *unread: object) -> None:
        if any(prefix + name in state for name in frozen_tensors(loading)):
            prepared.forget()

    module.register_load_state_dict_pre_hook(forget)  # type: ignore[no-untyped-call]
