"""A network of another library as a text encoder."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

from crossret.contracts.text import Tokens, TokenStates
from crossret.errors import DataError, UsageError
from crossret_text.layers import TrainLayers, layer_list, layer_numbers


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text becomes tokens.

    Attributes:
        max_tokens: tokens kept of a text, special ones and those of the prefix included.
        prefix: put before every text.
        keep_prefix: whether the states of the prefix's tokens are kept.
        lowercase: lower-case every text first.
        strip_accents: leave out combining marks after canonical decomposition.
    """

    max_tokens: int
    prefix: str = ""
    keep_prefix: bool = True
    lowercase: bool = False
    strip_accents: bool = False

    def prepared(self, text: str) -> str:
        """The text that the tokenizer sees."""
        text = text.lower() if self.lowercase else text
        return self.prefix + (_without_marks(text) if self.strip_accents else text)


def _without_marks(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")


class NetworkEncoder(nn.Module):
    """Last hidden states of a network with the interface of transformers.

    Args:
        name: of the component, for errors.
        network: has a ``config`` of transformers; ``input_ids`` and ``attention_mask`` → ``last_hidden_state``.
        tokenizer: a fast tokenizer of transformers, padding on the right.
        train_layers: ``all`` (embeddings too), ``none``, or the numbers of the encoder layers that train: a list, or a
            range such as ``5-11``.
        from_scratch: the weights are random.
        reading: how texts become tokens.

    Raises:
        UsageError: the network has no such layers, or fewer positions than ``max_tokens``.
    """

    def __init__(
        self,
        name: str,
        network: Any,
        tokenizer: Any,
        *,
        train_layers: TrainLayers,
        from_scratch: bool,
        reading: Reading,
    ) -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.network: Any = network
        self.dimension = int(network.config.hidden_size)
        self.reading = reading
        self._check_positions(name)
        self._freeze(train_layers)
        # Random weights that all train follow from the run's seed: the same component whatever the seed.
        self._fingerprint = self._hash(hash_weights=not (from_scratch and train_layers == "all"))
        self.train()

    def _check_positions(self, name: str) -> None:
        positions = min(self.network.config.max_position_embeddings, self.tokenizer.model_max_length)
        if not 1 <= self.reading.max_tokens <= positions:
            raise UsageError(f"max_tokens is {self.reading.max_tokens}; text encoder {name!r} takes 1 to {positions}")

    def _freeze(self, train_layers: TrainLayers) -> None:
        if train_layers == "all":
            return
        layers = layer_list(self.network, self.network.config.num_hidden_layers)
        self.network.requires_grad_(False)
        for number in layer_numbers(train_layers, len(layers)):
            layers[number].requires_grad_(True)

    def _hash(self, hash_weights: bool) -> str:
        # The version of transformers stands in its configurations, but changes no number.
        config = json.loads(self.network.config.to_json_string())
        config.pop("transformers_version", None)
        digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
        digest.update(self.tokenizer.backend_tokenizer.to_str().encode())
        digest.update(repr(self.reading).encode())
        for name, tensor in self.network.state_dict().items() if hash_weights else ():
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

        If the prefix is not kept: also ``kept`` ``(N, K)``, which tokens are the text's, and ``kept_mask``.

        Raises:
            DataError: a text is empty or blank.
        """
        for number, text in enumerate(texts):
            if not text.strip():
                raise DataError(f"text {number} of {len(texts)} is blank: {text!r}; expected at least one character")
        whole = self.reading.keep_prefix or not self.reading.prefix
        tokens: dict[str, Any] = dict(
            self.tokenizer(
                [self.reading.prepared(text) for text in texts],
                padding=True,
                truncation=True,
                max_length=self.reading.max_tokens,
                return_tensors="pt",
                return_offsets_mapping=not whole,
                return_special_tokens_mask=not whole,
            )
        )
        return tokens if whole else self._without_prefix(tokens)

    def _without_prefix(self, tokens: dict[str, Tensor]) -> Tokens:
        ends, special = tokens.pop("offset_mapping")[..., 1], tokens.pop("special_tokens_mask").bool()
        kept = tokens["attention_mask"].bool() & (special | (ends > len(self.reading.prefix)))
        counts = kept.sum(1)
        longest = int(counts.max())
        order = kept.logical_not().to(torch.uint8).argsort(dim=1, stable=True)
        return {**tokens, "kept": order[:, :longest], "kept_mask": torch.arange(longest) < counts.unsqueeze(1)}

    def forward(self, tokens: Tokens) -> TokenStates:
        """Last hidden states ``(N, L, D)``; the mask ``(N, L)`` is false on padding."""
        read = {name: tensor for name, tensor in tokens.items() if name not in ("kept", "kept_mask")}
        states: Tensor = self.network(**read).last_hidden_state
        if "kept" not in tokens:
            return TokenStates(states, tokens["attention_mask"].bool())
        kept = tokens["kept"].unsqueeze(2).expand(-1, -1, self.dimension)
        return TokenStates(states.gather(1, kept), tokens["kept_mask"])
