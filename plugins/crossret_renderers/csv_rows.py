"""Numbers for other programs."""

from __future__ import annotations

import csv
import io

from crossret.contracts.rendering import Cell, Table

Value = float | str | None


class Csv:
    """One header for all tables, whose first column is the title of the table.

    A column ``X`` holds values, ``X std`` their deviations and ``X mark`` their marks where there are any. Notes and
    the command are left out: the file stays rectangular, and programs read it without being told of comments.
    """

    def render(self, tables: tuple[Table, ...]) -> str:
        """The header and a line per row."""
        lines = [_line(table, row) for table in tables for row in table.rows]
        header = dict.fromkeys(name for line in lines for name, value in line.items())
        out = io.StringIO()
        writer = csv.DictWriter(out, list(header) or ["table"], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        return out.getvalue()


def _line(table: Table, row: tuple[Cell, ...]) -> dict[str, Value]:
    line: dict[str, Value] = {"table": table.title}
    for index, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
        line[column] = cell.value
        of_column = [other[index] for other in table.rows]
        if any(other.deviation is not None for other in of_column):
            line[f"{column} std"] = cell.deviation
        if any(other.mark for other in of_column):
            line[f"{column} mark"] = cell.mark
    return line
