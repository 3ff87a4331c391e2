"""``subword-tiny``: word vectors from hashed character n-grams; trains from scratch in any script."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from crossret.contracts.text import Tokens, TokenStates
from crossret.errors import DataError
from crossret_text.hashing import ID_BYTES, packed_ids
from crossret_text.splitting import split_text

VERSION = 2


class SubwordTiny(nn.Module):
    """One vector per word: the mean vector of its hashed character n-grams.

    The table starts near zero (deviation 1 / dimension, as fastText does), so that what a model learns about an n-gram
    soon outweighs where it started.

    Args:
        buckets: rows of the table that the n-grams share.
        dimension: width D of a token state.
        max_tokens: words kept of a text.
        ngram_dropout: share of the n-grams that a word is read without in training, drawn anew each time by torch's
            generator (subword regularisation: Kudo, ACL 2018, for words that have no one segmentation). One always
            stays.

    Raises:
        ValueError: a size is smaller than 1, or the share is not from 0 to below 1.
    """

    def __init__(
        self, buckets: int = 16384, dimension: int = 128, max_tokens: int = 32, ngram_dropout: float = 0.0
    ) -> None:
        super().__init__()
        if min(buckets, dimension, max_tokens) < 1:
            raise ValueError(f"expected positive sizes, found {buckets=}, {dimension=}, {max_tokens=}")
        if not 0 <= ngram_dropout < 1:
            raise ValueError(f"expected a share from 0 to below 1, found {ngram_dropout=}")
        self.buckets = buckets
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.ngram_dropout = ngram_dropout
        self.table = nn.EmbeddingBag(buckets, dimension, mode="mean", include_last_offset=True)
        nn.init.normal_(self.table.weight, std=1 / dimension)

    def fingerprint(self) -> str:
        """Hash of the settings; the initial weights follow from the run's seed."""
        settings = f"subword-tiny {VERSION} {self.buckets} {self.dimension} {self.max_tokens}"
        settings += f" {self.ngram_dropout}" if self.ngram_dropout else ""
        return hashlib.sha256(settings.encode()).hexdigest()[:16]

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        """Words of N texts as ragged n-gram ids.

        Returns:
            ``ids`` ``(K,)`` of all n-grams of all words, ``offsets`` ``(T + 1,)`` where each word begins in it (and
            K), and ``mask`` ``(N, L)``, true for the T words; all on the CPU.

        Raises:
            DataError: a text is empty or blank.
        """
        words: list[bytes] = []
        lengths: list[int] = []
        for number, text in enumerate(texts):
            found = split_text(text)[: self.max_tokens]
            if not found:
                raise DataError(f"text {number} of {len(texts)} is blank: {text!r}; expected at least one character")
            words.extend(packed_ids(word, self.buckets) for word in found)
            lengths.append(len(found))
        positions = torch.arange(max(lengths, default=0))
        return {
            "ids": torch.from_numpy(np.frombuffer(b"".join(words), dtype=np.int32).astype(np.int64)),
            "offsets": torch.tensor([0, *(len(word) // ID_BYTES for word in words)]).cumsum(0),
            "mask": positions < torch.tensor(lengths, dtype=torch.int64).unsqueeze(1),
        }

    def forward(self, tokens: Tokens) -> TokenStates:
        """States ``(N, L, D)``, zero where the mask ``(N, L)`` is false."""
        ids, offsets, mask = tokens["ids"], tokens["offsets"], tokens["mask"]
        if self.training and self.ngram_dropout:
            ids, offsets = thinned(ids, offsets, self.ngram_dropout)
        words: Tensor = self.table(ids, offsets)
        states = words.new_zeros(*mask.shape, self.dimension)
        return TokenStates(states.masked_scatter(mask.unsqueeze(2), words), mask)


def thinned(ids: Tensor, offsets: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Leave out a share of the n-grams at random, but at least one of each word stays.

    Args:
        ids: ``(K,)`` n-grams of all words.
        offsets: ``(T + 1,)`` where each word begins in it, and K.
        share: how likely an n-gram is left out.
    """
    drawn = torch.rand(len(ids), device=ids.device)
    # The last one of a word is the word itself, or its longest n-gram.
    drawn[offsets[1:] - 1] = 1.0
    kept = drawn >= share
    before = functional.pad(kept.cumsum(0), (1, 0))
    return ids[kept], before[offsets]
