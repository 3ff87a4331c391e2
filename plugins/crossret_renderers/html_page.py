"""Tables as a page for the browser."""

from __future__ import annotations

from html import escape

from crossret.contracts.rendering import Table
from crossret_renderers.layout import BEST_END, BEST_START, PRINTED_BY, one_line, tabulated

HEAD = """<!doctype html>
<meta charset="utf-8">
<title>crossret</title>
<style>
body { font-family: sans-serif; margin: 2em; }
table { border-collapse: collapse; }
caption { text-align: left; font-weight: bold; padding: .5em 0; }
th, td { border-bottom: 1px solid #ccc; padding: .25em .75em; font-variant-numeric: tabular-nums; }
.notes { color: #555; font-size: smaller; }
</style>
"""


class Html:
    """A page with one table after another; the best cells are strong."""

    def render(self, tables: tuple[Table, ...]) -> str:
        """The page; its texts are escaped."""
        return HEAD + "".join(_section(table) for table in tables)


def _section(table: Table) -> str:
    # tabulate escapes the cells.
    grid = tabulated(table, "html").replace(BEST_START, "<strong>").replace(BEST_END, "</strong>")
    grid = grid.replace("<table>", f"<table>\n<caption>{escape(one_line(table.title))}</caption>", 1)
    notes = "".join(f"<li>{escape(one_line(note))}</li>\n" for note in table.notes)
    if table.command:
        notes += f"<li>{PRINTED_BY}<code>{escape(table.command)}</code></li>\n"
    return f'{grid}\n<ul class="notes">\n{notes}</ul>\n' if notes else f"{grid}\n"
