from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path

import pytest

from crossret.contracts.rendering import Cell, Renderer, Table
from crossret.plugins import Plugins
from crossret_renderers import plugin
from crossret_renderers.csv_rows import Csv
from crossret_renderers.html_page import Html
from crossret_renderers.json_document import Json
from crossret_renderers.latex import Latex
from crossret_renderers.markdown import Markdown
from crossret_renderers.terminal import Terminal

Tables = tuple[Table, ...]


@pytest.fixture
def plugins() -> Plugins:
    found = Plugins()
    found.add("renderers", plugin)
    return found


def test_all_are_registered_and_render_even_nothing(plugins: Plugins, tables: Tables) -> None:
    assert plugins.registry.names("renderer") == ("csv", "html", "json", "latex", "md", "rich")
    for name in plugins.registry.names("renderer"):
        renderer = plugins.registry.build("renderer", name)
        assert isinstance(renderer, Renderer)
        empty = Table("no rows", ("a", "b"), ())
        for document in (renderer.render(tables), renderer.render(()), renderer.render((empty,))):
            assert document.endswith("\n")


# --- rich -----------------------------------------------------------------------------------------------------------


def test_terminal_shows_texts_as_they_are(tables: Tables, nasty: str) -> None:
    text = Terminal(width=300, colour=False).render(tables)
    assert nasty in text
    assert "145.0 ± 1.4†" in text
    assert "line break" in text
    assert "\x1b" not in text
    assert "Second" in text


def test_terminal_marks_the_best_in_colour(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = Terminal(width=300, colour=True).render(tables)
    assert re.search("\x1b\\[1;32m145.0 ± 1.4†\x1b\\[0m", text), "asked for, whatever the environment says"


def test_terminal_keeps_to_its_width(tables: Tables) -> None:
    text = Terminal(width=60, colour=False).render(tables)
    assert max(len(line) for line in text.splitlines() if not line.startswith("Printed by")) <= 60


def test_a_file_is_as_wide_as_needed_and_has_no_colours(tables: Tables, nasty: str) -> None:
    text = Terminal().render(tables)
    assert "\x1b" not in text
    assert any(nasty in line and "< 0.001" in line for line in text.splitlines())
    assert any(line.startswith("Made by") and line.endswith("`t`") for line in text.splitlines())


def test_a_command_is_one_line_on_a_narrow_terminal_too(tables: Tables) -> None:
    assert f"Printed by: {tables[0].command}\n" in Terminal(width=30, colour=False).render(tables)


# --- markdown -------------------------------------------------------------------------------------------------------


def test_markdown_has_one_line_per_row_and_escapes(tables: Tables) -> None:
    text = Markdown().render(tables)
    lines = text.splitlines()
    assert lines[0].startswith(r"## First \<script\>a\_b \& c\|d 100% \#1")
    grid = [line for line in lines if line.startswith("|")]
    assert [len(re.split(r"(?<!\\)\|", line)) - 2 for line in grid] == [4, 4, 4, 4, 2, 2, 2]
    assert "**145.0 ± 1.4†**" in grid[2]
    assert "line break" in grid[3]
    assert r"\<script\>" in grid[2]
    assert re.fullmatch(r"\|:-+\|-+:\|-+:\|-+:\|", grid[1])
    assert "- †: not significant – ✓" in lines
    assert f"- Printed by: `` {tables[0].command} ``" in lines, "a code span: nothing is escaped"
    assert "## Second" in lines


# --- latex ----------------------------------------------------------------------------------------------------------


def test_latex_escapes(tables: Tables) -> None:
    text = Latex().render(tables)
    assert r"\textbf{145.0 \ensuremath{\pm} 1.4\dag{}}" in text
    assert r"\ensuremath{<}script\ensuremath{>}a\_b \& c\textbar{}d 100\% \#1 \$x \{y\}" in text
    assert r"\textbackslash{}n" in text
    assert r"{[}red]é {*}s{*}" in text, "a row that starts with [ or * would be an argument of the row before"
    assert r"crossret -{}-set a\_b=1" in text
    assert r"\ensuremath{-}3.0" in text
    assert r"\ensuremath{\Delta}" in text
    assert f"% Printed by: {tables[0].command}\n\\begin{{table}}" in text, "a comment: nothing is escaped"
    assert not set(text) & set("±†–Δ−✓")
    assert text.count(r"\toprule") == text.count(r"\begin{table}") == text.count(r"\end{table}") == 2


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(tables: Tables, tmp_path: Path) -> None:
    wide = Table("wide", tuple(f"column {n}" for n in range(20)), (tuple(Cell(f"{n}.0", n) for n in range(20)),))
    body = Latex().render((*tables, wide))
    packages = body.splitlines()[0].removeprefix("% needs ")
    document = f"\\documentclass{{article}}\n{packages}\n\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "t.tex").write_text(document)
    subprocess.run(
        ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "t.tex"], cwd=tmp_path, check=True, timeout=60
    )
    assert "Overfull" not in (tmp_path / "t.log").read_text(), "a wide table is fitted into the text"


# --- csv ------------------------------------------------------------------------------------------------------------


def test_csv_reads_back(tables: Tables, nasty: str) -> None:
    rows = list(csv.DictReader(io.StringIO(Csv().render(tables))))
    assert list(rows[0]) == ["table", "method", "es", "es std", "es mark", "a|b_c", "p", "variant", "cycle"]
    assert [row["table"] for row in rows] == [tables[0].title, tables[0].title, "Second"]
    assert rows[0]["method"] == nasty
    assert [float(rows[0][name]) for name in ("es", "es std", "a|b_c", "p")] == [145.0, 1.4, -3.0, 0.0005]
    assert rows[0]["es mark"] == "†"
    assert rows[1]["method"] == "line\nbreak"
    assert (rows[1]["es std"], rows[1]["a|b_c"]) == ("", "")
    assert (rows[2]["variant"], rows[2]["cycle"], rows[2]["es"]) == ("full", "1.0", "")


# --- html -----------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.texts.setdefault(tag, [])

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts[self.tags[-1]].append(data.strip())


def test_html_reads_back_and_has_no_tags_of_the_texts(tables: Tables, nasty: str) -> None:
    reader = Reader()
    reader.feed(Html().render(tables))
    assert set(reader.tags) == {
        "meta", "title", "style", "table", "caption", "thead", "tbody", "tr", "th", "td", "strong", "ul", "li", "code"
    }  # fmt: skip
    assert reader.texts["caption"] == [table.title for table in tables]
    assert reader.texts["th"] == ["method", "es", "a|b_c", "p", "variant", "cycle"]
    assert reader.texts["td"] == [nasty, "−3.0", "< 0.001", "line break", "9.5", "–", "0.200", "full", "✓"]
    assert reader.texts["strong"] == ["145.0 ± 1.4†"]
    assert reader.texts["li"] == [*tables[0].notes, "Printed by:"]
    assert reader.texts["code"] == [tables[0].command]


# --- json -----------------------------------------------------------------------------------------------------------


def test_json_reads_back(tables: Tables) -> None:
    text = Json().render(tables)
    assert json.loads(text)["tables"] == json.loads(json.dumps([asdict(table) for table in tables]))
    best = json.loads(text)["tables"][0]["rows"][0][1]
    assert best == {"text": "145.0 ± 1.4", "value": 145.0, "deviation": 1.4, "mark": "†", "emphasis": "best"}
    assert "†" in text
