from __future__ import annotations

import csv
import html
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from processes import Crossret

from .conftest import Run

COMMANDS = ("leaderboard", "ablation", "scores")


class Tables(HTMLParser):
    """Counts the tables of a page; complains about nothing, so the test looks for what must be there."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@pytest.fixture(scope="module")
def documents(crossret: Crossret, run: Run) -> dict[tuple[str, str], str]:
    """Each command in each format."""
    found = {}
    for command in COMMANDS:
        for format_ in ("rich", "md", "latex", "csv", "html", "json"):
            chosen = ("--baseline", "all-terms") if command == "ablation" else ()
            ended = crossret(command, run.folder, "--format", format_, *chosen)
            assert (ended.code, ended.err) == (0, ""), ended.err
            found[command, format_] = ended.out
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_every_format_shows_the_same_rows(command: str, documents: dict[tuple[str, str], str]) -> None:
    table = json.loads(documents[command, "json"])["tables"][0]
    texts = [cell["text"] for row in table["rows"] for cell in row if cell["text"]]
    assert len(table["rows"]) >= 2
    for format_ in ("rich", "md", "html"):
        shown = html.unescape(documents[command, format_])
        assert [text for text in texts if text not in shown] == [], format_
    rows = list(csv.reader(io.StringIO(documents[command, "csv"])))
    assert len([row for row in rows if row]) >= 1 + len(table["rows"])
    assert documents[command, "latex"].count(r"\begin{tabular}") == 1
    assert Tables(documents[command, "html"]).tags.count("table") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_table_names_the_command_that_prints_it(
    command: str, documents: dict[tuple[str, str], str], run: Run
) -> None:
    (typed,) = {table["command"] for table in json.loads(documents[command, "json"])["tables"]}
    assert typed.startswith(f"crossret {command} {run.folder} --format json")
    for format_ in ("rich", "md", "html", "latex"):
        printed = typed.replace("json", format_)
        assert f"Printed by: {printed}" in re.sub("<code>|`", "", html.unescape(documents[command, format_])), format_


def test_the_leaderboard_compares_with_the_reference_row(documents: dict[tuple[str, str], str]) -> None:
    columns = json.loads(documents["leaderboard", "json"])["tables"][0]["columns"]
    assert "Δ to translate-train" in columns


def test_the_ablation_shows_which_term_is_off(documents: dict[tuple[str, str], str]) -> None:
    table = json.loads(documents["ablation", "json"])["tables"][0]
    rows = {row[0]["text"]: dict(zip(table["columns"], row, strict=True)) for row in table["rows"]}
    assert rows["all-terms"]["cycle"]["value"] == 1
    assert rows["no-cycle"]["cycle"]["value"] == 0


def test_scores_are_those_of_the_records(documents: dict[tuple[str, str], str], run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(documents["scores", "csv"])))
    shown = {(row["method"], row["direction"]): (float(row["R@1"]), float(row["mAP"])) for row in rows}
    recorded = {}
    for path in (run.folder / "records" / "shapes").glob("*.json"):
        record = json.loads(path.read_text())
        for scores in record["scores"]:
            for direction in ("t2v", "v2t"):
                figures = scores[direction]
                recorded[record["label"], direction] = (figures["r1"], figures["map"])
    assert shown == recorded


def test_a_table_may_go_into_a_file(crossret: Crossret, run: Run, tmp_path: Path) -> None:
    ended = crossret("leaderboard", run.folder, "--format", "md", "--output", tmp_path / "a" / "table.md")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == f"wrote {tmp_path / 'a' / 'table.md'}\n"
    assert (tmp_path / "a" / "table.md").read_text().count("translate-train") >= 1


def test_a_reader_that_has_seen_enough_is_no_error(crossret: Crossret, run: Run) -> None:
    process = crossret.start("scores", str(run.folder))
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(30) in (0, 1)
