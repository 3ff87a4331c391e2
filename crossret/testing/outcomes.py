"""What a check can say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crossret.errors import ComponentError
from crossret.registry import Component

Verdict = Literal["pass", "fail", "not applicable"]


class ConformanceError(ComponentError):
    """A component is not what its contract promises."""

    def __init__(self, expected: str, found: object) -> None:
        super().__init__(f"expected {expected}; found {found}")


class NotApplicableError(Exception):
    """A check does not concern a component, or lacks what it needs; the text is the reason."""


class NotBuiltError(Exception):
    """A component cannot be built at all; one check says so, all others have nothing to check."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check said of one component.

    Attributes:
        reason: of a failure or of what is not applicable; empty for a pass.
    """

    component: Component
    check: str
    verdict: Verdict
    reason: str = ""

    def __str__(self) -> str:
        """``loss 'x' of plugin 'y' (z): check: expected …; found …``."""
        return f"{self.component}: {self.check}: {self.reason or self.verdict}"


def expect(holds: bool, expected: str, found: object) -> None:
    """Go on if something holds.

    Raises:
        ConformanceError: it does not.
    """
    if not holds:
        raise ConformanceError(expected, found)
