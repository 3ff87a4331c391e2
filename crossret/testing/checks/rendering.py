"""Renderers: :mod:`crossret.contracts.rendering`."""

from __future__ import annotations

from crossret.contracts.rendering import Cell, Table
from crossret.testing.outcomes import expect
from crossret.testing.subject import Subject

TABLE = Table(
    "Results",
    ("method", "SumR"),
    (
        (Cell("alpha", "alpha"), Cell("145.5 ± 1.4", 145.5, 1.4, mark="†", emphasis="best")),
        (Cell("омега", "омега"), Cell("12.25", 12.25, emphasis="quiet")),
        (Cell("红色", "红色"), Cell("–")),
    ),
    ("a note",),
)
ODD = Table(
    'a | title with <tags> & "quotes"',
    ("a_b", "50 %"),
    ((Cell("x | y\nz", "x"), Cell("$5 \\ {2} #1 [bold]", 5.0)), (Cell("שלום"), Cell(""))),
    ("note with\na line break",),
)


def renders_every_cell(subject: Subject) -> None:
    """The document is a text that holds every label and number of a table, in any script."""
    document = subject.build().render((TABLE,))
    expect(isinstance(document, str), "a document as text", type(document).__name__)
    lacking = [text for text in ("alpha", "145.5", "омега", "12.25", "红色", "SumR") if text not in document]
    expect(not lacking, "every label and number in the document", f"none of {', '.join(lacking)}")


def ends_in_a_newline(subject: Subject) -> None:
    """The document ends in a newline, also of several tables and of none."""
    renderer = subject.build()
    for tables in ((TABLE,), (TABLE, ODD), ()):
        document = renderer.render(tables)
        expect(document.endswith("\n"), f"a newline at the end ({len(tables)} tables)", repr(document[-20:]))


def renders_special_characters(subject: Subject) -> None:
    """Separators, markup, line breaks, empty cells and a table without rows are rendered."""
    renderer = subject.build()
    for table in (ODD, Table("nothing", ("a", "b"), ())):
        document = renderer.render((table,))
        expect(isinstance(document, str) and bool(document.strip()), "a document", repr(document))


def renders_alike_twice(subject: Subject) -> None:
    """The same tables give the same document."""
    renderer = subject.build()
    first, second = renderer.render((TABLE, ODD)), renderer.render((TABLE, ODD))
    expect(first == second, "the same document twice", "another one")


CHECKS = (renders_every_cell, ends_in_a_newline, renders_special_characters, renders_alike_twice)
