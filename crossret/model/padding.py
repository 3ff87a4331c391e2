"""What the padded positions of a batch of sequences take part in (method sections 1.2 and 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

# The published code adds this to scores instead of leaving them out of the softmax.
PUBLISHED_PENALTY = -10000.0


class Padding(Protocol):
    """One answer for everything inside a tower that could look at padding; masks ``(N, L)`` are true on real tokens.

    Attributes:
        reads_padding: whether states of padded positions change an embedding.
    """

    reads_padding: bool

    def of_scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Masks ``(N, L)`` and ``(N, K)`` → attention mask, boolean or added; broadcasts to ``(N, heads, L, K)``."""
        ...

    def mean(self, states: Tensor, mask: Tensor) -> Tensor:
        """States ``(N, L, D)`` → their mean ``(N, D)``."""
        ...

    def counted(self, mask: Tensor) -> Tensor:
        """The mask ``(N, L)`` that loss terms get with the token states."""
        ...

    def batch_order(self, lengths: Sequence[int]) -> list[int]:
        """In which order sequences of these lengths are cut into batches when nothing else decides."""
        ...


class LeftOut:
    """Padding takes part in nothing: an embedding does not depend on the rest of its batch."""

    reads_padding = False

    def of_scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Keys that are padding are not looked at."""
        return keys[:, None, None, :]

    def mean(self, states: Tensor, mask: Tensor) -> Tensor:
        """Over real positions."""
        return masked_mean(states, mask)

    def counted(self, mask: Tensor) -> Tensor:
        """Real tokens."""
        return mask

    def batch_order(self, lengths: Sequence[int]) -> list[int]:
        """By length, so that little is padded."""
        return sorted(range(len(lengths)), key=lengths.__getitem__)


class CountedIn:
    """As published: means run over all positions, so an embedding depends on the longest sequence of its batch.

    A pair of positions of which one is padding gets a penalty. In the row of a padded query the penalty is the same for
    all keys and cancels in the softmax, so such a query looks at everything, padding included.
    """

    reads_padding = True

    def of_scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        """The penalty where query or key is padding."""
        both = queries[:, None, :, None] & keys[:, None, None, :]
        return torch.zeros(both.shape, device=both.device).masked_fill(~both, PUBLISHED_PENALTY)

    def mean(self, states: Tensor, mask: Tensor) -> Tensor:
        """Over all positions."""
        return states.mean(1)

    def counted(self, mask: Tensor) -> Tensor:
        """Every position."""
        return torch.ones_like(mask)

    def batch_order(self, lengths: Sequence[int]) -> list[int]:
        """As they come."""
        return list(range(len(lengths)))


LEFT_OUT = LeftOut()


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """States ``(N, L, D)``, mask ``(N, L)`` → mean over real tokens ``(N, D)``."""
    weights = mask.to(states.dtype).unsqueeze(-1)
    return (states * weights).sum(1) / weights.sum(1).clamp_min(torch.finfo(states.dtype).tiny)
