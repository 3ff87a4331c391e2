"""What the text formats share: cells as one line of text, the alignment of columns, and tabulate's layout."""

from __future__ import annotations

from tabulate import tabulate

from crossret.contracts.rendering import Cell, Table

PRINTED_BY = "Printed by: "
"""Before the command that prints a table again."""

# Characters of private use: they pass through tabulate's escaping, and no text has them.
BEST_START, BEST_END = "\ue000", "\ue001"


def one_line(text: str) -> str:
    """Line breaks become spaces: no format here has cells of several lines."""
    return " ".join(text.split())


def printed(cell: Cell) -> str:
    """Text and mark, as every format for readers shows them."""
    return one_line(f"{cell.text}{cell.mark}")


def is_text(table: Table, column: int) -> bool:
    """Whether a column holds labels, which stand on the left."""
    values = [row[column].value for row in table.rows]
    return column == 0 or any(isinstance(value, str) for value in values)


def tabulated(table: Table, style: str) -> str:
    """The table in one of tabulate's formats, with the best cells between :data:`BEST_START` and :data:`BEST_END`."""
    rows = [[_marked(cell) for cell in row] for row in table.rows]
    header = [one_line(column) for column in table.columns]
    align = ["left" if is_text(table, column) else "right" for column in range(len(header))]
    return tabulate(rows, header, tablefmt=style, disable_numparse=True, colalign=align if rows else None)


def _marked(cell: Cell) -> str:
    return f"{BEST_START}{printed(cell)}{BEST_END}" if cell.emphasis == "best" else printed(cell)
