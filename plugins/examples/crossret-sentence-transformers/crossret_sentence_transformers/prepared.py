"""Token states of texts that were computed before, looked up instead of computed again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from crossret.contracts.text import RowCache, Tokens, TokenStates

BLOCK = 64


class PreparedStates:
    """Per text where its states lie.

    Args:
        dimension: width of a state.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.rows: dict[str, np.ndarray] = {}

    def prepare(
        self,
        texts: Sequence[str],
        cache: RowCache,
        fingerprint: str,
        lengths: Callable[[Sequence[str]], list[int]],
        compute: Callable[[Sequence[str]], TokenStates],
    ) -> None:
        """Compute the states of distinct texts, or find them in the cache; nothing if all are known."""
        if all(text in self.rows for text in texts):
            return
        key = hashlib.sha256("\0".join([fingerprint, *texts]).encode()).hexdigest()[:32]
        counts = lengths(texts)

        def blocks() -> Iterator[np.ndarray]:
            for start in range(0, len(texts), BLOCK):
                found = compute(texts[start : start + BLOCK])
                yield found.states[found.mask].float().cpu().numpy()

        states = cache("sentence-states", key, (sum(counts), self.dimension), "float32", blocks)
        ends = np.cumsum(counts)
        self.rows |= {text: states[end - count : end] for text, end, count in zip(texts, ends, counts, strict=True)}

    def tokens(self, texts: Sequence[str]) -> Tokens | None:
        """States and mask of texts, padded on the right; ``None`` if one of them is not known."""
        if not self.rows or not all(text in self.rows for text in texts):
            return None
        found = [self.rows[text] for text in texts]
        states = torch.zeros(len(texts), max(map(len, found)), self.dimension)
        mask = torch.zeros(states.shape[:2], dtype=torch.bool)
        for row, rows in enumerate(found):
            states[row, : len(rows)] = torch.from_numpy(np.array(rows))
            mask[row, : len(rows)] = True
        return {"states": states, "mask": mask}

    @staticmethod
    def taken(tokens: Tokens) -> TokenStates | None:
        """The answer to tokens that :meth:`tokens` made; ``None`` for others."""
        states: Tensor | None = tokens.get("states")
        return None if states is None else TokenStates(states, tokens["mask"])
