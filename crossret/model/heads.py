"""The mapping into the common space (method section 1.2, step 6)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class Head(nn.Module):
    """Linear → BatchNorm → dropout → unit length; no non-linearity."""

    def __init__(self, width: int, common: int, dropout: float) -> None:
        super().__init__()
        self.linear = nn.Linear(width, common)
        nn.init.xavier_uniform_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.norm = nn.BatchNorm1d(common)
        self.dropout = nn.Dropout(dropout)

    def forward(self, pooled: Tensor) -> Tensor:
        """Pooled vectors ``(N, W)`` → unit vectors ``(N, D)``."""
        return functional.normalize(self.dropout(self.norm(self.linear(pooled))), dim=-1)
