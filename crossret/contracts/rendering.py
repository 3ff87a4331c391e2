"""Tables as plain data, and the renderers that print them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

Emphasis = Literal["plain", "best", "quiet"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what is printed, and the number behind it for machine-readable formats.

    Attributes:
        text: e.g. ``145.0 ± 1.4``.
        value: the mean, or the text of a label cell.
        deviation: standard deviation over seeds, if there are several.
        mark: a footnote mark printed after the text, e.g. ``†``.
    """

    text: str
    value: float | str | None = None
    deviation: float | None = None
    mark: str = ""
    emphasis: Emphasis = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """A title, a header, rows of cells (each as long as the header) and notes below.

    Attributes:
        command: the command line that prints the table again, quoted for a shell; empty if there is none.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = field(default=())
    command: str = ""


@runtime_checkable
class Renderer(Protocol):
    """Turns tables into one document; ``rich`` output may contain terminal colours."""

    def render(self, tables: tuple[Table, ...]) -> str:
        """The document, ending in a newline."""
        ...
