"""``sentence-transformers:FOLDER``: token states of a sentence-transformers model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from crossret.contracts.text import RowCache, Tokens, TokenStates
from crossret.errors import DataError, UsageError
from crossret_sentence_transformers.loading import hash_of, transformer_in
from crossret_sentence_transformers.prepared import PreparedStates


class SentenceEncoder(nn.Module):
    """Last hidden states of the model's transformer; crossret's text tower does the pooling.

    Frozen unless it ``trains``: then its states are computed once and kept in crossret's cache.

    Args:
        folder: as ``SentenceTransformer.save`` writes it, with safetensors.
        trains: whether all its weights train.
        max_tokens: tokens kept of a text, special ones and those of the prompt included; ``None``: as many as the model
            was saved with.
        prompt: put before every text, e.g. ``"query: "``.

    Attributes:
        dimension: width of a token state.

    Raises:
        ComponentError: the folder holds no such model.
        UsageError: more tokens than the model has positions.
    """

    def __init__(self, folder: str, trains: bool = False, max_tokens: int | None = None, prompt: str = "") -> None:
        super().__init__()
        self.transformer: Any = transformer_in(folder)
        self.dimension = int(self.transformer.get_embedding_dimension())
        self.trains, self.prompt = trains, prompt
        most = self.transformer.max_seq_length
        if max_tokens is not None and not 1 <= max_tokens <= (most or max_tokens):
            raise UsageError(f"max_tokens is {max_tokens}; the model in {folder} takes 1 to {most}")
        self.transformer.max_seq_length = max_tokens or most
        settings = f"{hash_of(self.transformer)} {max_tokens or most} {prompt!r}"
        self._fingerprint = hashlib.sha256(settings.encode()).hexdigest()[:16]
        self._prepared = PreparedStates(self.dimension)
        # States of other weights must not be looked up.
        self.register_load_state_dict_post_hook(_forget)  # type: ignore[no-untyped-call]
        self.transformer.requires_grad_(trains)
        self.train()

    def train(self, mode: bool = True) -> Self:
        """Training mode; a frozen transformer has no dropout."""
        super().train(mode)
        self.transformer.train(mode and self.trains)
        return self

    def fingerprint(self) -> str:
        """Hash of weights, architecture, tokenizer and the options that change tokens."""
        return self._fingerprint

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        """What the model's processor gives, or the states themselves of texts that were prepared.

        Raises:
            DataError: a text is blank.
        """
        for number, text in enumerate(texts):
            if not text.strip():
                raise DataError(f"text {number} of {len(texts)} is blank: {text!r}; expected at least one character")
        return self._prepared.tokens(texts) or self._read(texts)

    def _read(self, texts: Sequence[str]) -> Tokens:
        features = self.transformer.preprocess(list(texts), prompt=self.prompt or None)
        return {name: value for name, value in features.items() if isinstance(value, Tensor)}

    def forward(self, tokens: Tokens) -> TokenStates:
        """Last hidden states ``(N, L, D)``; the mask is false on padding."""
        found = self._prepared.taken(tokens)
        if found is not None:
            return found
        features = self.transformer(dict(tokens))
        return TokenStates(features["token_embeddings"], features["attention_mask"].bool())

    def prepare(self, texts: Sequence[str], cache: RowCache) -> None:
        """Compute the states of texts that will be read, or find them in the cache; nothing if the model trains."""
        if not self.trains:
            self._prepared.prepare(texts, cache, self.fingerprint(), self._lengths, self._computed)

    def _lengths(self, texts: Sequence[str]) -> list[int]:
        counts: list[int] = self._read(texts)["attention_mask"].sum(1).tolist()
        return counts

    @torch.no_grad()
    def _computed(self, texts: Sequence[str]) -> TokenStates:
        device = next(self.transformer.parameters()).device
        return self.forward({name: tensor.to(device) for name, tensor in self._read(texts).items()})


def _forget(encoder: SentenceEncoder, _: object) -> None:
    encoder._prepared.rows.clear()
