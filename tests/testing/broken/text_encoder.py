"""Broken text encoders."""

from __future__ import annotations

import functools
import os
import time

import torch
from torch import nn

from crossret.contracts.text import TokenStates
from crossret.errors import DataError


class Text(nn.Module):
    """Embeds the bytes of a text; sound."""

    dimension = 8

    def __init__(self, buckets: int = 256) -> None:
        super().__init__()
        self.buckets = buckets
        self.table = nn.Embedding(buckets, self.dimension)

    def fingerprint(self):
        return f"text {self.buckets}"

    def ids(self, text):
        return [b % self.buckets for b in text.encode()[:64]]

    def tokenize(self, texts):
        for text in texts:
            if not text.strip():
                raise DataError("blank")
        rows = [torch.tensor(self.ids(text)) for text in texts]
        lengths = torch.tensor([len(row) for row in rows])
        ids = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return {"ids": ids, "mask": torch.arange(ids.shape[1]) < lengths.unsqueeze(1)}

    def forward(self, tokens):
        return TokenStates(self.table(tokens["ids"]), tokens["mask"])


class TextAnyOption(Text):
    def __init__(self, **options):
        super().__init__()


class TextNotBuilt(Text):
    def __init__(self):
        raise RuntimeError("no weights")


class TextDouble(Text):
    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states.double(), out.mask)


class TextNotTensors(Text):
    def tokenize(self, texts):
        return {**super().tokenize(texts), "texts": list(texts)}


class TextReadsPadding(Text):
    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states + out.states.mean(1, keepdim=True), out.mask)


class TextReadsTheBatch(Text):
    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states - out.states.mean((0, 1)), out.mask)


class TextAsciiOnly(Text):
    def ids(self, text):
        return list(text.encode("ascii", "ignore")[:64]) or [0]


class TextLatinOnly(Text):
    def ids(self, text):
        return list(text.encode("utf-8" if len(text) < 20 else "latin-1")[:64])


class TextTakesBlanks(Text):
    def tokenize(self, texts):
        return super().tokenize([text if text.strip() else "?" for text in texts])


class TextPreparesOthers(Text):
    kept = 0.0

    def prepare(self, texts, cache):
        self.kept = 1.0

    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states + self.kept, out.mask)


class TextDropsInEvaluation(Text):
    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(nn.functional.dropout(out.states, 0.5, training=True), out.mask)


class TextOwnSeed(Text):
    def __init__(self):
        super().__init__()
        nn.init.normal_(self.table.weight, generator=torch.Generator().manual_seed(time.monotonic_ns() % 2**31))


class TextMoodyFingerprint(Text):
    def fingerprint(self):
        return f"text {id(self)} {time.monotonic_ns()}"


class TextForgetsAnOption(Text):
    def fingerprint(self):
        return "text"


class TextOfGiven(Text):
    given = ()

    def fingerprint(self):
        return f"text {self.given}"


def plain_text(buckets: int = 256) -> Text:
    return Text(buckets)


@functools.wraps(plain_text)
def text_spelt_default(**given):
    """Its fingerprint tells which options were given, not what they are."""
    built = TextOfGiven(**given)
    built.given = sorted(given)
    return built


class TextUnusedParameter(Text):
    def __init__(self):
        super().__init__()
        self.unused = nn.Linear(2, 2)


class TextLosesWeights(Text):
    def __init__(self):
        super().__init__()
        self.secret = [torch.randn(self.dimension)]

    def forward(self, tokens):
        out = super().forward(tokens)
        return TokenStates(out.states + self.secret[0], out.mask)


class TextSharedBuffer(Text):
    """Threads write over each other's tokens."""

    buffer = None

    def ids(self, text):
        self.buffer = super().ids(text)
        time.sleep(0.001)
        return self.buffer


class TextDiesInForks(Text):
    def __init__(self):
        super().__init__()
        self.born = os.getpid()

    def ids(self, text):
        if os.getpid() != self.born:
            raise RuntimeError("the tokenizer's thread is gone")
        return super().ids(text)


class TextHashes(Text):
    def ids(self, text):
        return [hash(word) % self.buckets for word in text.split()]
