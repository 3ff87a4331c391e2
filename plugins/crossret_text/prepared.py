"""Token states that training never changes, computed once per text and looked up afterwards."""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from crossret.contracts.text import RowCache, Tokens

KIND = "text-states"
# Texts of one file, about: what a stop at any moment can cost.
PART = 2048
BATCH = 32
MISSING = "missing."


@dataclass(frozen=True, slots=True)
class Stored:
    """Frozen states of N texts.

    Attributes:
        states: ``(N, L, D)``; of each text first the tokens that are handed out, then those that are only read.
        real: ``(N, L)``, false on padding.
        kept: ``(N, K)``, true for tokens that are handed out.
    """

    states: Tensor
    real: Tensor
    kept: Tensor


class StateSource(Protocol):
    """What computes frozen states."""

    def identity(self) -> str:
        """Hash of everything that they depend on."""
        ...

    def read(self, texts: Sequence[str]) -> Tokens:
        """N texts → tokens on the CPU."""
        ...

    def masks(self, tokens: Tokens) -> tuple[Tensor, Tensor]:
        """Tokens of N texts → ``real`` and ``kept`` of :class:`Stored`."""
        ...

    def stored(self, tokens: Tokens) -> Tensor:
        """Tokens → states ``(N, L, D)`` of :class:`Stored`, float32."""
        ...


@dataclass(frozen=True, slots=True)
class _Place:
    rows: np.ndarray
    start: int
    real: int
    kept: int


class PreparedStates:
    """States by text; a text that was not prepared is computed.

    Args:
        source: computes them.
        dimension: their width D.
        precision: ``float16`` or ``float32``; computed states are rounded alike, so that a text's states do not depend
            on whether it was prepared.
    """

    def __init__(self, source: StateSource, dimension: int, precision: str) -> None:
        self._source = source
        self._dimension = dimension
        self._precision = precision
        self._dtype: torch.dtype = getattr(torch, precision)
        self._places: dict[str, _Place] = {}

    def forget(self) -> None:
        """Forget every text: the source has changed."""
        self._places.clear()

    def lacks(self, texts: Sequence[str]) -> bool:
        """Whether some of the texts were not prepared."""
        return any(text not in self._places for text in texts)

    def prepare(self, texts: Sequence[str], cache: RowCache, device: torch.device) -> None:
        """Compute the states of texts, or find them in the cache."""
        distinct = sorted(set(texts))
        identity = self._source.identity()
        for part in _parts(distinct):
            self._prepare_part(part, identity, cache, device)

    def _prepare_part(self, texts: list[str], identity: str, cache: RowCache, device: torch.device) -> None:
        named = "\0".join([identity, self._precision, *texts])
        key = hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        lengths = np.array(cache(KIND, f"{key}-lengths", (len(texts), 2), "int32", lambda: self._lengths(texts)))
        order = np.argsort(lengths[:, 0], kind="stable")
        ends = lengths[order, 0].cumsum()
        shape = (int(ends[-1]), self._dimension)
        ordered = [texts[number] for number in order]
        rows = cache(KIND, key, shape, self._precision, lambda: self._rows(ordered, device))
        for text, end, (real, kept) in zip(ordered, ends.tolist(), lengths[order].tolist(), strict=True):
            self._places[text] = _Place(rows, end - real, real, kept)

    def _lengths(self, texts: list[str]) -> Iterator[np.ndarray]:
        for batch in _batches(texts):
            real, kept = self._source.masks(self._source.read(batch))
            yield torch.stack([real.sum(1), kept.sum(1)], dim=1).numpy()

    def _rows(self, texts: list[str], device: torch.device) -> Iterator[np.ndarray]:
        for batch in _batches(texts):
            tokens = {name: tensor.to(device) for name, tensor in self._source.read(batch).items()}
            real, _ = self._source.masks(tokens)
            yield self._source.stored(tokens)[real].to(self._dtype).cpu().numpy()

    def tokens(self, texts: Sequence[str]) -> Tokens:
        """What :meth:`states` needs of N texts, on the CPU: looked up where it can be."""
        places = [self._places.get(text) for text in texts]
        absent = [number for number, place in enumerate(places) if place is None]
        if len(absent) == len(texts):
            return self._source.read(texts)
        fresh = self._source.read([texts[number] for number in absent]) if absent else {}
        lengths = np.array([(place.real, place.kept) if place else (0, 0) for place in places])
        if absent:
            lengths[absent] = np.stack([mask.sum(1).numpy() for mask in self._source.masks(fresh)], axis=1)
        states = np.zeros((len(texts), lengths[:, 0].max(), self._dimension), self._precision)
        for row, place in zip(states, places, strict=True):
            if place is not None:
                row[: place.real] = place.rows[place.start : place.start + place.real]
        found = {"states": torch.from_numpy(states), "real": _mask(lengths[:, 0]), "kept": _mask(lengths[:, 1])}
        if absent:
            found["missing"] = torch.tensor(absent)
        return {**found, **{MISSING + name: tensor for name, tensor in fresh.items()}}

    def states(self, tokens: Tokens) -> Stored:
        """States of N texts."""
        if "states" not in tokens:
            return Stored(self._rounded(tokens), *self._source.masks(tokens))
        states = tokens["states"].float()
        if "missing" in tokens:
            computed = self._rounded(_missing(tokens))
            states[tokens["missing"], : computed.shape[1]] = computed
        return Stored(states, tokens["real"], tokens["kept"])

    def _rounded(self, tokens: Tokens) -> Tensor:
        return self._source.stored(tokens).to(self._dtype).float()


def _parts(texts: list[str]) -> list[list[str]]:
    """Texts by their hash, so that lists which differ in few texts share most parts."""
    count = 1 << max(0, math.ceil(math.log2(len(texts) / PART)))
    parts: list[list[str]] = [[] for _ in range(count)]
    for text in texts:
        parts[zlib.crc32(text.encode("utf-8", "surrogatepass")) % count].append(text)
    return [part for part in parts if part]


def _batches(texts: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(texts), BATCH):
        yield texts[start : start + BATCH]


def _mask(lengths: np.ndarray) -> Tensor:
    return torch.from_numpy(np.arange(lengths.max()) < lengths[:, None])


def _missing(tokens: Mapping[str, Tensor]) -> Tokens:
    return {name.removeprefix(MISSING): tensor for name, tensor in tokens.items() if name.startswith(MISSING)}
