"""Loads models and tokenizers of transformers: safetensors only, no code from the hub, one line on failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

from crossret.errors import ComponentError


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model comes from.

    Attributes:
        model: a name on the hub, or a folder.
        revision: branch, tag or commit on the hub.
        local_files_only: never go online.
    """

    model: str
    revision: str | None = None
    local_files_only: bool = False

    def tokenizer(self) -> Any:
        """The model's tokenizer, padding on the right.

        Raises:
            ComponentError: it cannot be loaded, or is none of the tokenizers library.
        """
        with self._failing():
            tokenizer = self._from_hub(AutoTokenizer.from_pretrained, padding_side="right")
        if not tokenizer.is_fast:
            raise ComponentError(f"text-encoder 'hf:{self.model}': its tokenizer has no tokenizer.json")
        return tokenizer

    def network(self) -> Any:
        """The model with its weights, float32, without pooler.

        Raises:
            ComponentError: it cannot be loaded, or some of its weights are missing.
        """
        with self._failing():
            network, report = self._from_hub(
                AutoModel.from_pretrained, use_safetensors=True, dtype=torch.float32, output_loading_info=True
            )
        missing = sorted(name for name in report["missing_keys"] if not name.startswith("pooler."))
        if missing:
            raise ComponentError(
                f"text-encoder 'hf:{self.model}': {len(missing)} weights are missing, the first is {missing[0]!r}"
            )
        return _without_pooler(network)

    def random_network(self) -> Any:
        """The model's architecture with new weights from torch's generator.

        Raises:
            ComponentError: its configuration cannot be loaded.
        """
        with self._failing():
            config = self._from_hub(AutoConfig.from_pretrained)
            return _without_pooler(AutoModel.from_config(config, dtype=torch.float32))

    def _from_hub(self, load: Callable[..., Any], **options: Any) -> Any:
        return load(
            self.model,
            revision=self.revision or "main",
            local_files_only=self.local_files_only,
            trust_remote_code=False,
            **options,
        )

    def _failing(self) -> AbstractContextManager[None]:
        return told("text-encoder", self.model, "model.safetensors and tokenizer.json")


@contextmanager
def told(what: str, model: str, files: str) -> Iterator[None]:
    """Say in one line why a model of transformers cannot be loaded, and which files a folder must have.

    Raises:
        ComponentError: whatever was raised within.
    """
    try:
        yield
    except Exception as error:  # whatever transformers or the hub's client raises
        reason = str(error).strip().partition("\n")[0]
        raise ComponentError(
            f"{what} 'hf:{model}' cannot be loaded: {reason}; get it with: hf download {model}, or name a folder with "
            f"config.json, {files}"
        ) from error


def _without_pooler(network: Any) -> Any:
    """Token states do not pass the pooler; kept, its weights would look as if they trained."""
    if hasattr(network, "pooler"):
        network.pooler = None
    return network
