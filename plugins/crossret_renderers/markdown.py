"""Markdown tables as GitHub shows them."""

from __future__ import annotations

import re
from dataclasses import replace

from crossret.contracts.rendering import Table
from crossret_renderers.layout import BEST_END, BEST_START, PRINTED_BY, one_line, tabulated

SPECIAL = re.compile(r"([\\`*_<>\[\]|~&#])")


class Markdown:
    """A heading, a table and a list of notes for each table; the best cells are bold."""

    def render(self, tables: tuple[Table, ...]) -> str:
        """One document."""
        return "\n".join(self._one(table) for table in tables) or "\n"

    def _one(self, table: Table) -> str:
        grid = tabulated(_escaped(table), "pipe").replace(BEST_START, "**").replace(BEST_END, "**")
        notes = "".join(f"- {_escape(note)}\n" for note in table.notes)
        notes += f"- {PRINTED_BY}{_code(table.command)}\n" if table.command else ""
        return f"## {_escape(table.title)}\n\n{grid}\n" + (f"\n{notes}" if notes else "")


def _escaped(table: Table) -> Table:
    """Before the layout, so that columns stay aligned in the source."""
    rows = tuple(tuple(replace(c, text=_escape(c.text), mark=_escape(c.mark)) for c in row) for row in table.rows)
    return replace(table, columns=tuple(map(_escape, table.columns)), rows=rows)


def _escape(text: str) -> str:
    return SPECIAL.sub(r"\\\1", one_line(text))


def _code(text: str) -> str:
    """A code span, in which nothing is escaped; its fence is longer than any run of backticks inside."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {one_line(text)} {fence}" if longest else f"{fence}{one_line(text)}{fence}"
