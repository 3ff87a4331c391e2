"""Tables for the terminal."""

from __future__ import annotations

import io
import os
import sys
from typing import Literal

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as Grid
from rich.text import Text

from crossret.contracts.rendering import Emphasis, Table
from crossret_renderers.layout import is_text, one_line, printed

STYLES: dict[Emphasis, str] = {"plain": "", "best": "bold green", "quiet": "dim"}


class Terminal:
    """Rich tables.

    Args:
        width: columns of the terminal; default: those of standard output, or as wide as needed if it is a file.
        colour: whether to use ANSI colours; default: if standard output is a terminal and ``NO_COLOR`` is not set.
    """

    def __init__(self, width: int | None = None, colour: bool | None = None) -> None:
        interactive = sys.stdout.isatty()
        self._fixed = width is not None or interactive
        self._width = width
        self._colour = interactive and not os.environ.get("NO_COLOR") if colour is None else colour

    def render(self, tables: tuple[Table, ...]) -> str:
        """The tables, each with its title above and its notes below."""
        return "\n".join(self._one(table) for table in tables) or "\n"

    def _one(self, table: Table) -> str:
        out = io.StringIO()
        system = "standard" if self._colour else None
        colours: Literal["standard"] | None = "standard" if self._colour else None
        console = Console(file=out, width=self._width, color_system=colours, force_terminal=self._colour)
        grid = _grid(table)
        if not self._fixed:
            console.width = max(1, Measurement.get(console, console.options.update(max_width=10_000), grid).maximum)
        console.print(Text(one_line(table.title), "bold"), soft_wrap=not self._fixed)
        console.print(grid)
        for note in table.notes:
            console.print(Text(one_line(note), "dim"), soft_wrap=not self._fixed)
        return out.getvalue()


def _grid(table: Table) -> Grid:
    """Text objects throughout: a label such as ``[red]`` is no markup."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(table.columns):
        grid.add_column(Text(one_line(column)), justify="left" if is_text(table, index) else "right", overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(printed(cell), STYLES[cell.emphasis]) for cell in row))
    return grid
