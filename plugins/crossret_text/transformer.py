"""``hf:MODEL``: the text encoders of transformers (BERT, XLM-R and their families)."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from crossret.contracts.text import Tokens, TokenStates
from crossret.errors import DataError, UsageError
from crossret_text.layers import TrainLayers, layer_list, layer_numbers
from crossret_text.loading import Source


class TransformerEncoder(nn.Module):
    """Last hidden states of a transformers model.

    Args:
        model: a name on the hub, or a folder with ``config.json``, ``model.safetensors`` and the tokenizer's files.
        train_layers: ``all`` (embeddings too), ``none``, or the numbers of the encoder layers that train: a list, or a
            range such as ``5-11``.
        random_init: take the architecture but not its weights.
        max_tokens: tokens kept of a text, special ones included.
        lowercase: lower-case every text first.
        strip_accents: leave out combining marks after canonical decomposition, as uncased BERT tokenizers do and as the
            published code does to a cased one (method section 1.7). It costs Latin letters their accents and Japanese
            kana their voicing marks.
        prefix: put before every text, e.g. ``"query: "`` for E5.
        revision: branch, tag or commit on the hub.
        local_files_only: never go online.

    Raises:
        UsageError: the model has no such layers, or fewer positions than ``max_tokens``.
        ComponentError: the model cannot be loaded.
    """

    def __init__(
        self,
        model: str,
        train_layers: TrainLayers = "all",
        random_init: bool = False,
        max_tokens: int = 64,
        lowercase: bool = False,
        strip_accents: bool = False,
        prefix: str = "",
        revision: str | None = None,
        local_files_only: bool = False,
    ) -> None:
        super().__init__()
        source = Source(model, revision, local_files_only)
        self.tokenizer = source.tokenizer()
        self.network: Any = source.random_network() if random_init else source.network()
        self.dimension = int(self.network.config.hidden_size)
        self.max_tokens = max_tokens
        self.lowercase = lowercase
        self.strip_accents = strip_accents
        self.prefix = prefix
        self._check_positions(model)
        self._freeze(train_layers)
        self._fingerprint = self._hash(from_scratch=random_init and train_layers == "all")
        self.train()

    def _check_positions(self, model: str) -> None:
        positions = min(self.network.config.max_position_embeddings, self.tokenizer.model_max_length)
        if not 1 <= self.max_tokens <= positions:
            raise UsageError(f"max_tokens is {self.max_tokens}; text encoder 'hf:{model}' takes 1 to {positions}")

    def _freeze(self, train_layers: TrainLayers) -> None:
        if train_layers == "all":
            return
        layers = layer_list(self.network, self.network.config.num_hidden_layers)
        self.network.requires_grad_(False)
        for number in layer_numbers(train_layers, len(layers)):
            layers[number].requires_grad_(True)

    def _hash(self, from_scratch: bool) -> str:
        digest = hashlib.sha256(self.network.config.to_json_string().encode())
        digest.update(self.tokenizer.backend_tokenizer.to_str().encode())
        digest.update(f"{self.max_tokens} {self.lowercase} {self.strip_accents} {self.prefix!r}".encode())
        # Random weights that all train follow from the run's seed: the same component whatever the seed.
        for name, tensor in () if from_scratch else self.network.state_dict().items():
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)
        return digest.hexdigest()[:16]

    def train(self, mode: bool = True) -> Self:
        """Training mode, except for the parts that are frozen: they have no dropout."""
        super().train(mode)
        for module in self.network.modules():
            parameters = list(module.parameters())
            if parameters and not any(parameter.requires_grad for parameter in parameters):
                module.eval()
        return self

    def fingerprint(self) -> str:
        """Hash of architecture, initial weights, tokenizer and the options that change tokens."""
        return self._fingerprint

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        """What the tokenizer gives: ``input_ids`` and ``attention_mask`` ``(N, L)``, padded on the right.

        Raises:
            DataError: a text is empty or blank.
        """
        for number, text in enumerate(texts):
            if not text.strip():
                raise DataError(f"text {number} of {len(texts)} is blank: {text!r}; expected at least one character")
        prepared = [self.prefix + self._prepared(text) for text in texts]
        tokens: dict[str, Any] = self.tokenizer(
            prepared, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        )
        return dict(tokens)

    def _prepared(self, text: str) -> str:
        text = text.lower() if self.lowercase else text
        return _without_marks(text) if self.strip_accents else text

    def forward(self, tokens: Tokens) -> TokenStates:
        """Last hidden states ``(N, L, D)``; the mask ``(N, L)`` is false on padding."""
        states: Tensor = self.network(**tokens).last_hidden_state
        return TokenStates(states, tokens["attention_mask"].bool())


def _without_marks(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")
