"""Text encoders: sentences in any language in, one state per token out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

Tokens = Mapping[str, "Tensor"]


@dataclass(frozen=True, slots=True)
class TokenStates:
    """States ``(N, L, D)`` and mask ``(N, L)``, true where a token is real."""

    states: Tensor
    mask: Tensor


@runtime_checkable
class TextEncoder(Protocol):
    """A ``torch.nn.Module``; parameters that do not train have ``requires_grad=False``.

    Attributes:
        dimension: width D of a token state.
    """

    dimension: int

    def fingerprint(self) -> str:
        """Hash of architecture, initial weights and tokenisation."""
        ...

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        """Named tensors on the CPU; the same tensors whatever the process or thread.

        Raises:
            DataError: a text is empty.
        """
        ...

    def __call__(self, tokens: Tokens) -> TokenStates:
        """Tokens on the encoder's device → states of N texts. A text's states do not depend on the others."""
        ...


class RowCache(Protocol):
    """Keeps arrays on disk, shared by all processes and runs; what is there is never computed again."""

    def __call__(
        self,
        kind: str,
        key: str,
        shape: tuple[int, ...],
        dtype: str,
        blocks: Callable[[], Iterable[np.ndarray]],
    ) -> np.ndarray:
        """The array of a key, memory-mapped read-only.

        Args:
            kind: what sort of array it is, as a file name.
            key: a file name that tells it from all others of its kind.
            shape: of the array.
            dtype: of the array.
            blocks: computes its rows, block after block, if it is not there.
        """
        ...


@runtime_checkable
class PreparesTexts(Protocol):
    """What a text encoder follows besides :class:`TextEncoder` if it computes once what training never changes."""

    def prepare(self, texts: Sequence[str], cache: RowCache) -> None:
        """Called before training or ranking with each list of texts that will be read, after weights are loaded.

        Texts that it was not called with may be read, too.
        """
        ...


@runtime_checkable
class RecomputesActivations(Protocol):
    """What a text encoder follows besides :class:`TextEncoder` if it can trade time for memory in training."""

    def recompute_activations(self) -> None:
        """From now on keep no activations inside layers, but compute them again for the gradients: same numbers."""
        ...
