"""LaTeX tables for papers."""

from __future__ import annotations

from tabulate import LATEX_ESCAPE_RULES

from crossret.contracts.rendering import Table
from crossret_renderers.layout import BEST_END, BEST_START, PRINTED_BY, one_line, tabulated

# What LaTeX's standard fonts print as another character, or not at all.
CHARACTERS = {
    BEST_START: r"\textbf{",
    BEST_END: "}",
    "|": r"\textbar{}",
    # At the start of a row they would be arguments of the row before.
    "[": "{[}",
    "*": "{*}",
    "±": r"\ensuremath{\pm}",
    "−": r"\ensuremath{-}",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "Δ": r"\ensuremath{\Delta}",
    "✓": r"\ensuremath{\surd}",
    "·": r"\textperiodcentered{}",
    "→": r"\ensuremath{\rightarrow}",
    "≤": r"\ensuremath{\leq}",
    "≥": r"\ensuremath{\geq}",
}
FITTED = (
    "\\sbox0{%\n",
    "}\n\\ifdim\\wd0>\\linewidth\\resizebox{\\linewidth}{!}{\\usebox0}\\else\\usebox0\\fi\n",
)
TRANSLATION = str.maketrans(CHARACTERS)


class Latex:
    """A ``table`` environment for each table, with the best cells bold; needs the packages booktabs and graphicx.

    A table that is wider than the text is made as wide as that.
    """

    def render(self, tables: tuple[Table, ...]) -> str:
        """A file to input into a document."""
        return "% needs \\usepackage{booktabs,graphicx}\n" + "\n".join(_environment(table) for table in tables)


def _environment(table: Table) -> str:
    grid = _characters(tabulated(table, "latex_booktabs"))
    notes = "".join(f"{_escape(note)}\\par\n" for note in table.notes)
    below = f"\\par\\smallskip\n{{\\footnotesize\\raggedright\n{notes}}}\n" if notes else ""
    command = f"% {PRINTED_BY}{_comment(table.command)}\n" if table.command else ""
    caption = f"\\begin{{table}}\n\\caption{{{_escape(table.title)}}}\n\\centering\n"
    return f"{command}{caption}{FITTED[0]}{grid}{FITTED[1]}{below}\\end{{table}}\n"


def _escape(text: str) -> str:
    return _characters("".join(LATEX_ESCAPE_RULES.get(character, character) for character in one_line(text)))


def _characters(escaped: str) -> str:
    """Two hyphens would print as a dash, and the options of a command have them."""
    return escaped.replace("--", "-{}-").translate(TRANSLATION)


def _comment(text: str) -> str:
    """A comment ends with its line."""
    return text.replace("\n", "\n% ")
