"""Named tensors and plain facts in one safetensors file, written atomically; nothing is ever unpickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from crossret.atomic import write_atomically
from crossret.errors import DataError


def write_tensors(path: Path, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
    """Write tensors and JSON-able facts as one file that appears whole or not at all."""
    content = save(_apart(tensors), metadata={"facts": json.dumps(facts)})
    write_atomically(path, lambda file: file.write(content))


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what :func:`write_tensors` wrote.

    Raises:
        DataError: missing or damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads((file.metadata() or {}).get("facts", "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
    except (OSError, SafetensorError, json.JSONDecodeError) as error:
        raise DataError(f"{path}: not a readable tensor file ({error})") from error


def read_facts(path: Path) -> dict[str, Any]:
    """The facts beside the tensors, without reading those.

    Raises:
        DataError: missing or damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            facts: dict[str, Any] = json.loads((file.metadata() or {}).get("facts", "{}"))
            return facts
    except (OSError, SafetensorError, json.JSONDecodeError) as error:
        raise DataError(f"{path}: not a readable tensor file ({error})") from error


def _apart(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Dense tensors on the CPU that share no memory, as the format demands; tied weights are written twice."""
    apart: dict[str, Tensor] = {}
    storages: set[int] = set()
    for name, tensor in tensors.items():
        plain = tensor.detach().contiguous().cpu()
        storage = plain.untyped_storage().data_ptr()
        apart[name] = plain.clone() if storage in storages else plain
        storages.add(storage)
    return apart


def prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Names under a common prefix."""
    return {f"{prefix}/{name}": tensor for name, tensor in tensors.items()}


def under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a prefix, with it taken off."""
    start = f"{prefix}/"
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}
