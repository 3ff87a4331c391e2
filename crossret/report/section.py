"""What every part of a report can say instead of its content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Absent:
    """Why a part is not there, as one line."""

    why: str
