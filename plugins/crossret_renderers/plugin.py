"""Registers the renderers."""

from __future__ import annotations

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl

RENDERERS = {
    "rich": ("terminal:Terminal", "a table for the terminal, in colour where it has colours"),
    "md": ("markdown:Markdown", "GitHub-flavoured Markdown"),
    "latex": ("latex:Latex", "LaTeX table environments for the packages booktabs and graphicx"),
    "csv": ("csv_rows:Csv", "comma-separated values: numbers and deviations in columns of their own, without notes"),
    "html": ("html_page:Html", "a page of HTML without scripts"),
    "json": ("json_document:Json", "everything: texts, values, deviations, marks and notes"),
}


@hookimpl
def register_renderers(register: Register) -> None:
    """Register all of them."""
    for name, (target, summary) in RENDERERS.items():
        register(name, f"crossret_renderers.{target}", Meta(summary=summary))
