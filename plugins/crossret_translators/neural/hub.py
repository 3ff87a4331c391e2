"""Finds the files of a model of transformers: in a folder, or in the cache of the hub's client."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from huggingface_hub import snapshot_download

from crossret.errors import ComponentError

DESCRIPTIONS: Final = ["*.json", "*.model", "*.spm", "*.txt"]
SAFE: Final = "*.safetensors"
TORCH: Final = "pytorch_model*.bin"


def model_path(model: str, local_files_only: bool) -> Path:
    """The folder with a model's files.

    Args:
        model: a folder, or a name on the hub.
        local_files_only: never go online.

    Raises:
        ComponentError: there is no such folder, and the hub's client cannot get the files.
    """
    if Path(model).is_dir():
        return Path(model)
    try:
        path = _snapshot(model, [*DESCRIPTIONS, SAFE], local_files_only)
        # Many models of OPUS-MT have no safetensors.
        return path if any(path.glob(SAFE)) else _snapshot(model, [*DESCRIPTIONS, TORCH], local_files_only)
    except Exception as error:  # whatever the hub's client raises
        reason = str(error).strip().partition("\n")[0]
        raise ComponentError(
            f"translator 'transformers': {model!r} is no folder here and cannot be got: {reason}; get it with: "
            f"hf download {model}, or name a folder with config.json, weights and tokenizer"
        ) from error


def _snapshot(model: str, patterns: list[str], local_files_only: bool) -> Path:
    return Path(snapshot_download(model, allow_patterns=patterns, local_files_only=local_files_only))
