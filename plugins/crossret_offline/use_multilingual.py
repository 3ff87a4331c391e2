"""``use-multilingual``: Google's universal sentence encoder, multilingual v3, from a package."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
from sentencepiece import SentencePieceProcessor
from torch import Tensor, nn

from crossret.contracts.text import RowCache, Tokens, TokenStates
from crossret.errors import DataError
from crossret_offline.packaged import USE_PIECES, USE_WEIGHTS
from crossret_offline.use_network import read_use
from crossret_text.prepared import PreparedStates
from crossret_text.weights import forget_when_loaded, frozen_tensors, hash_tensors


class UseMultilingual(nn.Module):
    """Token states of USE-multilingual, 16 languages, 512 wide.

    The states are those whose sum the published model pools: n-gram features after the last normalisation and
    projection. What it does with the pooled vector is left to the text tower.

    Args:
        trains: fine-tune everything above the table of word pieces; otherwise states are rounded to float16, and kept
            once computed.
        max_tokens: tokens kept of a text, begin and end included.

    Raises:
        ValueError: ``max_tokens`` is smaller than 2.
        ComponentError: the package is not installed, or a file is another one.
    """

    def __init__(self, trains: bool = False, max_tokens: int = 64) -> None:
        super().__init__()
        if max_tokens < 2:
            raise ValueError(f"max_tokens is {max_tokens}; expected at least 2, for begin and end")
        self.max_tokens = max_tokens
        self.pieces = SentencePieceProcessor(model_file=str(USE_PIECES.path()))
        self.network = read_use(USE_WEIGHTS.path()).requires_grad_(trains)
        self.dimension = self.network.output.out_features
        self._prepared = None if trains else PreparedStates(self, self.dimension, "float16")
        if self._prepared is not None:
            forget_when_loaded(self, self._prepared)

    def fingerprint(self) -> str:
        """Hash of the files and the options that change tokens."""
        rounded = self._prepared is not None
        settings = f"use-multilingual 1 {USE_WEIGHTS.sha256} {USE_PIECES.sha256} {self.max_tokens} {rounded}"
        return hashlib.sha256(settings.encode()).hexdigest()[:16]

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        """``ids`` and ``mask`` ``(N, L)``, padded on the right.

        Raises:
            DataError: a text is empty or blank.
        """
        for number, text in enumerate(texts):
            if not text.strip():
                raise DataError(f"text {number} of {len(texts)} is blank: {text!r}; expected at least one character")
        return self._prepared.tokens(texts) if self._prepared else self.read(texts)

    def prepare(self, texts: Sequence[str], cache: RowCache) -> None:
        """Compute the states of texts, or find them in the cache, if nothing trains."""
        if self._prepared is not None and self._prepared.lacks(texts):
            self._prepared.prepare(texts, cache, self.network.table.device)

    def identity(self) -> str:
        """Hash of everything that frozen states depend on."""
        return f"{self.fingerprint()} {hash_tensors(frozen_tensors(self))}"

    def read(self, texts: Sequence[str]) -> Tokens:
        """Tokens of texts, whether they were prepared or not."""
        begin, end = self.pieces.bos_id(), self.pieces.eos_id()
        rows = [torch.tensor([begin, *ids[: self.max_tokens - 2], end]) for ids in self.pieces.encode(list(texts))]
        lengths = torch.tensor([len(row) for row in rows])
        ids = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return {"ids": ids, "mask": torch.arange(ids.shape[1]) < lengths.unsqueeze(1)}

    def masks(self, tokens: Tokens) -> tuple[Tensor, Tensor]:
        """All real tokens are handed out: ``(N, L)``, twice."""
        return tokens["mask"], tokens["mask"]

    @torch.no_grad()
    def stored(self, tokens: Tokens) -> Tensor:
        """States ``(N, L, 512)``."""
        found: Tensor = self.network(tokens["ids"], tokens["mask"])
        return found

    def forward(self, tokens: Tokens) -> TokenStates:
        """States ``(N, L, 512)``; the mask ``(N, L)`` is false on padding."""
        if self._prepared is None:
            return TokenStates(self.network(tokens["ids"], tokens["mask"]), tokens["mask"])
        found = self._prepared.states(tokens)
        return TokenStates(found.states, found.kept)
