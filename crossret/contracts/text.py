"""Text encoders: sentences in any language in, one state per token out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
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
