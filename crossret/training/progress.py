"""How far a training has come, as plain data that a checkpoint stores."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Validation:
    """One validation: training figures since the last one, and the score."""

    step: int
    epoch: float
    loss: float
    terms: dict[str, float]
    score: float


@dataclass
class Progress:
    """Counters and the learning curve.

    Attributes:
        step: steps done.
        epoch: epochs finished.
        batch: batches done inside the current epoch.
        best_step: step of the best validation.
        unimproved: validations since then.
        seconds: wall-clock time spent, over all resumed parts.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    best_step: int = 0
    best_score: float = float("-inf")
    unimproved: int = 0
    seconds: float = 0.0
    curve: list[Validation] = field(default_factory=list)

    def to_facts(self) -> dict[str, Any]:
        """JSON-able form."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Progress:
        """Back from :meth:`to_facts`."""
        curve = [Validation(**point) for point in facts["curve"]]
        return cls(**{**facts, "curve": curve})
