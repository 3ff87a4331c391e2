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

from crossret.contracts.text import RowCache, Tokens, TokenStates
from crossret.errors import DataError, UsageError
from crossret_text.layers import TrainLayers, layer_list, layer_numbers
from crossret_text.prepared import PreparedStates, Stored
from crossret_text.split import LayerSplit
from crossret_text.weights import forget_when_loaded, frozen_tensors, hash_tensors

PRECISIONS = ("float16", "float32")


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
        cache_states: how the states below the first trained layer are kept once computed: ``float16``, ``float32``,
            ``none``, or ``auto``: in float16 if no layer trains, else not. States rounded to float16 are the same
            whether they were computed before or not.

    Raises:
        UsageError: the network has no such layers, fewer positions than ``max_tokens``, or there is no such precision.
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
        cache_states: str,
    ) -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.network: Any = network
        self.dimension = int(network.config.hidden_size)
        self.reading = reading
        self._check_positions(name)
        first = self._freeze(train_layers)
        precision = _precision(cache_states, first, network.config.num_hidden_layers)
        self._split: LayerSplit | None = None
        if precision and first < network.config.num_hidden_layers:
            self._split = LayerSplit(network, layer_list(network, network.config.num_hidden_layers), first)
        self._prepared = PreparedStates(self, self.dimension, precision) if precision else None
        if self._prepared is not None:
            forget_when_loaded(self, self._prepared)
        # Random weights that all train follow from the run's seed: the same component whatever the seed.
        weights = "" if from_scratch and train_layers == "all" else hash_tensors(network.state_dict())
        rounded = precision == "float16"
        self._fingerprint = hashlib.sha256(f"{self._settings()} {rounded} {weights}".encode()).hexdigest()[:16]
        self.train()

    def _check_positions(self, name: str) -> None:
        positions = min(self.network.config.max_position_embeddings, self.tokenizer.model_max_length)
        if not 1 <= self.reading.max_tokens <= positions:
            raise UsageError(f"max_tokens is {self.reading.max_tokens}; text encoder {name!r} takes 1 to {positions}")

    def _freeze(self, train_layers: TrainLayers) -> int:
        """Freeze what does not train; the number of the first layer that does, or of all layers if none does."""
        if train_layers == "all":
            return 0
        layers = layer_list(self.network, self.network.config.num_hidden_layers)
        self.network.requires_grad_(False)
        numbers = layer_numbers(train_layers, len(layers))
        for number in numbers:
            layers[number].requires_grad_(True)
        return min(numbers, default=len(layers))

    def _settings(self) -> str:
        config = json.loads(self.network.config.to_json_string())
        # The version of transformers changes no number.
        config.pop("transformers_version", None)
        tokenizer = hashlib.sha256(self.tokenizer.backend_tokenizer.to_str().encode()).hexdigest()
        return f"{json.dumps(config, sort_keys=True)} {tokenizer} {self.reading!r}"

    def train(self, mode: bool = True) -> Self:
        """Training mode, except for the parts that are frozen: they have no dropout."""
        super().train(mode)
        for module in self.network.modules():
            parameters = list(module.parameters())
            if parameters and not any(parameter.requires_grad for parameter in parameters):
                module.eval()
        return self

    def recompute_activations(self) -> None:
        """Gradient checkpointing, layer by layer."""
        network = self.network
        # Transformers renames it in version 6.
        enable = getattr(network, "activation_checkpointing_enable", None) or network.gradient_checkpointing_enable
        enable({"use_reentrant": False})
        # It makes the embeddings require gradients, so that frozen layers, too, would keep a graph.
        network.disable_input_require_grads()

    def compile(self, *args: Any, **options: Any) -> None:
        """Compile the layers that train, one by one: they are alike, so that one compilation serves all."""
        layers = layer_list(self.network, self.network.config.num_hidden_layers)
        for layer in layers:
            if any(parameter.requires_grad for parameter in layer.parameters()):
                layer.compile(*args, **options)

    def fingerprint(self) -> str:
        """Hash of architecture, initial weights, tokenizer and the options that change tokens."""
        return self._fingerprint

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        """What the tokenizer gives: ``input_ids`` and ``attention_mask`` ``(N, L)``, padded on the right.

        States of prepared texts stand in for their tokens.

        Raises:
            DataError: a text is empty or blank.
        """
        for number, text in enumerate(texts):
            if not text.strip():
                raise DataError(f"text {number} of {len(texts)} is blank: {text!r}; expected at least one character")
        return self._prepared.tokens(texts) if self._prepared else self.read(texts)

    def prepare(self, texts: Sequence[str], cache: RowCache) -> None:
        """Compute the frozen states of texts, or find them in the cache."""
        if self._prepared is None or not self._prepared.lacks(texts):
            return
        device = next(self.network.parameters()).device
        if self._split is not None:
            self._check_halves(self._split, texts[:2], device)
        self._prepared.prepare(texts, cache, device)

    def _check_halves(self, split: LayerSplit, texts: Sequence[str], device: torch.device) -> None:
        tokens = {name: tensor.to(device) for name, tensor in self.read(texts).items()}
        real, _ = self.masks(tokens)
        order = tokens.get("order", torch.arange(real.shape[1], device=device).expand_as(real))
        trains = self.training
        self.eval()  # Dropout would make the halves differ from the whole.
        split.check(_read_by_network(tokens), order, real)
        self.train(trains)

    def identity(self) -> str:
        """Hash of everything that frozen states depend on."""
        return f"{self._settings()} {hash_tensors(frozen_tensors(self))}"

    def read(self, texts: Sequence[str]) -> Tokens:
        """Tokens of texts, whether they were prepared or not.

        If the prefix is not kept: also ``order`` ``(N, L)``, the text's tokens before those of the prefix, and ``kept``
        ``(N, K)``.
        """
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
        real = tokens["attention_mask"].bool()
        kept = real & (special | (ends > len(self.reading.prefix)))
        counts = kept.sum(1)
        rank = 2 - real.to(torch.uint8) - kept.to(torch.uint8)
        return {
            **tokens,
            "order": rank.argsort(dim=1, stable=True),
            "kept": torch.arange(int(counts.max())) < counts.unsqueeze(1),
        }

    def masks(self, tokens: Tokens) -> tuple[Tensor, Tensor]:
        """Which tokens the upper half reads, ``(N, L)``, and which are handed out, ``(N, K)``."""
        real = tokens["attention_mask"].bool()
        kept = tokens.get("kept", real)
        return (real if self._split else kept), kept

    @torch.no_grad()
    def stored(self, tokens: Tokens) -> Tensor:
        """States below the first trained layer, or the last ones if none trains."""
        if self._split is None:
            return self._last(tokens).states
        return _ordered(self._split.lower(_read_by_network(tokens)), tokens)

    def _last(self, tokens: Tokens) -> TokenStates:
        states: Tensor = self.network(**_read_by_network(tokens)).last_hidden_state
        kept = tokens.get("kept", tokens["attention_mask"].bool())
        return TokenStates(_ordered(states, tokens)[:, : kept.shape[1]], kept)

    def forward(self, tokens: Tokens) -> TokenStates:
        """Last hidden states ``(N, K, D)``; the mask ``(N, K)`` is false on padding."""
        if self._prepared is None:
            return self._last(tokens)
        found: Stored = self._prepared.states(tokens)
        states = self._split.upper(found.states, found.real) if self._split else found.states
        return TokenStates(states[:, : found.kept.shape[1]], found.kept)


def _precision(cache_states: str, first: int, layers: int) -> str:
    """How states are kept; empty if they are not."""
    if cache_states not in ("auto", "none", *PRECISIONS):
        raise UsageError(f"cache_states is {cache_states!r}; expected 'auto', 'none', 'float16' or 'float32'")
    if cache_states == "none" or first == 0:
        return ""
    if cache_states == "auto":
        return "float16" if first == layers else ""
    return cache_states


def _read_by_network(tokens: Tokens) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in tokens.items() if name not in ("order", "kept")}


def _ordered(states: Tensor, tokens: Tokens) -> Tensor:
    if "order" not in tokens:
        return states
    # Not take_along_dim: traced for an export, it would fix the number of texts.
    return states.gather(1, tokens["order"].unsqueeze(2).expand(-1, -1, states.shape[2]))
