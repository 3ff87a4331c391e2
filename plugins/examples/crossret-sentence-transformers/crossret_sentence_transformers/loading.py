"""Loads the transformer of a sentence-transformers model from a folder: no network, no pickle, no code of the model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer

from crossret.errors import ComponentError

PICKLES = (".bin", ".ckpt", ".pickle", ".pkl", ".pt", ".pth")


def transformer_in(folder: str) -> Any:
    """The first module of the pipeline, which makes token states; what pools them is left out.

    Raises:
        ComponentError: no such folder, weights only as a pickle, or no model of text.
    """
    root = Path(folder)
    if not root.is_dir():
        raise ComponentError(
            f"sentence-transformers: {folder}: no such folder; save a model there, e.g. with model.save"
        )
    for file in sorted(root.rglob("*")):
        if file.suffix in PICKLES and not list(file.parent.glob("*.safetensors")):
            raise ComponentError(f"sentence-transformers: {file} is a pickle; expected model.safetensors beside it")
    try:
        model = SentenceTransformer(
            str(root),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True, "dtype": torch.float32},
        )
    except Exception as error:  # whatever the library and those below it raise
        said = " ".join(str(error).split())[:200]
        raise ComponentError(
            f"sentence-transformers: {folder} cannot be loaded: {type(error).__name__}: {said}"
        ) from error
    first = model[0]
    if not hasattr(first, "auto_model") or first.tokenizer is None:
        raise ComponentError(
            f"sentence-transformers: {folder}: its first module is {type(first).__name__}, no transformer"
        )
    return first


def hash_of(transformer: Any) -> str:
    """Hash of architecture, weights and tokenizer."""
    digest = hashlib.sha256()
    config = transformer.auto_model.config.to_dict()
    config.pop("transformers_version", None)
    config.pop("_name_or_path", None)
    digest.update(json.dumps(config, sort_keys=True, default=str).encode())
    digest.update(transformer.tokenizer.backend_tokenizer.to_str().encode())
    for name, tensor in sorted(transformer.auto_model.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(tensor.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]
