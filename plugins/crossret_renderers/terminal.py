"""Tables for the terminal."""

from __future__ import annotations

import io
import sys
from typing import Literal

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as Grid
from rich.text import Text

from crossret.contracts.rendering import Emphasis, Table
from crossret_renderers.layout import PRINTED_BY, is_text, one_line, printed

COLOURS: Literal["standard"] = "standard"
STYLES: dict[Emphasis, str] = {"plain": "", "best": "bold green", "quiet": "dim"}


class Terminal:
    """Rich tables.

    Args:
        width: columns of the terminal; default: those of standard output, or as wide as needed if it is a file.
        colour: whether to use ANSI colours; default: if standard output is a terminal that has them and no ``NO_COLOR``
            is set.
    """

    def __init__(self, width: int | None = None, colour: bool | None = None) -> None:
        probe = Console()
        capable = probe.is_terminal and not probe.is_dumb_terminal and not probe.no_color
        self._fixed = width is not None or sys.stdout.isatty()
        self._width = width
        self._colour = capable if colour is None else colour

    def render(self, tables: tuple[Table, ...]) -> str:
        """The tables, each with its title above and its notes below."""
        return "\n".join(self._one(table) for table in tables) or "\n"

    def _one(self, table: Table) -> str:
        out = io.StringIO()
        console = Console(
            file=out,
            width=self._width,
            color_system=COLOURS if self._colour else None,
            no_color=not self._colour,
            force_terminal=self._colour,
        )
        grid = _grid(table)
        if not self._fixed:
            console.width = max(1, Measurement.get(console, console.options.update(max_width=10_000), grid).maximum)
        console.print(Text(one_line(table.title), "bold"), soft_wrap=not self._fixed)
        console.print(grid)
        for note in table.notes:
            console.print(Text(one_line(note), "dim"), soft_wrap=not self._fixed)
        if table.command:
            # Never broken into lines by us, so that it can be pasted.
            console.print(Text(PRINTED_BY + table.command, "dim"), soft_wrap=True)
        return out.getvalue()


def _grid(table: Table) -> Grid:
    """Text objects throughout: a label such as ``[red]`` is no markup."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(table.columns):
        grid.add_column(Text(one_line(column)), justify="left" if is_text(table, index) else "right", overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(printed(cell), STYLES[cell.emphasis]) for cell in row))
    return grid
