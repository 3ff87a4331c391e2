"""Broken renderers."""

from __future__ import annotations

import itertools


class Plain:
    """Tabs and lines; sound."""

    def render(self, tables):
        lines = []
        for table in tables:
            lines += [table.title, "\t".join(table.columns)]
            lines += ["\t".join(cell.text for cell in row) for row in table.rows]
        return "\n".join(lines) + "\n"


class RendererAscii(Plain):
    def render(self, tables):
        return super().render(tables).encode("ascii", "ignore").decode()


class RendererNoNewline(Plain):
    def render(self, tables):
        return super().render(tables).rstrip()


class RendererNeedsRows(Plain):
    def render(self, tables):
        for table in tables:
            _ = table.rows[0]
        return super().render(tables)


class RendererCounts(Plain):
    counter = itertools.count()

    def render(self, tables):
        return f"{super().render(tables)}{next(self.counter)}\n"
