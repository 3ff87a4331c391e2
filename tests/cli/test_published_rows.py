"""Published rows from a suite file to every format of the leaderboard."""

from __future__ import annotations

import csv
import html
import io
import json
import shutil
from pathlib import Path

import pytest
from processes import Crossret
from small_data import Small

from .conftest import Run

PUBLISHED = """
name: shapes
extends: {suite}
published:
  - label: Theirs & others
    dataset: shapes
    protocol: plain
    setting: human captions
    source: https://example.org/a_b
    scores:
      es: {{t2v: {{r1: 10, r5: 20, r10: 30}}, v2t: {{r1: 10, r5: 20, r10: 30}}}}
"""


@pytest.fixture(scope="module")
def folder(crossret: Crossret, small: Small, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the suite without rows, asked again with rows: nothing is computed anew."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(run.folder, folder / "out")
    (folder / "suite.yaml").write_text(PUBLISHED.format(suite=small.suite))
    ended = crossret("bench", folder / "suite.yaml", *run.options[1:], "--out", folder / "out")
    assert ended.code == 0, ended.err
    assert "Theirs & others, as published" in ended.out
    return folder / "out"


def test_every_format_shows_them(crossret: Crossret, folder: Path) -> None:
    found = {}
    for format_ in ("rich", "md", "latex", "csv", "html", "json"):
        ended = crossret("leaderboard", folder, "--format", format_)
        assert (ended.code, ended.err) == (0, ""), ended.err
        found[format_] = ended.out
    (table,) = json.loads(found["json"])["tables"]
    last = dict(zip(table["columns"], table["rows"][-1], strict=True))
    assert last["method"] == {
        "text": "Theirs & others, as published [1]",
        "value": "Theirs & others, as published",
        "deviation": None,
        "mark": "",
        "emphasis": "quiet",
    }
    assert (last["es"]["value"], last["es"]["mark"]) == (120.0, "‡")
    (line,) = (row for row in csv.DictReader(io.StringIO(found["csv"])) if row["method"].startswith("Theirs"))
    assert (line["method"], line["es"], line["es mark"]) == ("Theirs & others, as published", "120.0", "‡")
    for format_ in ("rich", "md", "html"):
        shown = html.unescape(found[format_]).replace("\\", "")
        assert "Theirs & others, as published [1]" in shown
        assert "[1] Theirs & others: human captions; https://example.org/a_b." in shown
        assert "120.0‡" in shown
    assert r"Theirs \& others, as published {[}1]" in found["latex"]
    assert r"120.0\ddag{}" in found["latex"]


def test_the_last_tables_of_the_bench_have_them(folder: Path) -> None:
    for ending in ("md", "csv", "json"):
        assert "Theirs" in (folder / "leaderboard" / f"shapes.{ending}").read_text(encoding="utf-8")


def test_another_metric_and_other_tables(crossret: Crossret, folder: Path) -> None:
    shown = crossret("leaderboard", folder, "--metric", "map", "--format", "csv").out
    (line,) = (row for row in csv.DictReader(io.StringIO(shown)) if row["method"].startswith("Theirs"))
    assert line["es"] == "", "the source states no mAP"
    assert "Theirs" not in crossret("scores", folder).out
    assert "Theirs" not in crossret("ablation", folder, "--baseline", "all-terms").out


def test_a_copy_of_the_records_has_them(crossret: Crossret, folder: Path, tmp_path: Path) -> None:
    for machine in ("one", "two"):
        shutil.copytree(folder / "records", tmp_path / machine / "records")
    shown = crossret("leaderboard", tmp_path, "--format", "csv").out
    assert shown.count("Theirs") == 1
    assert crossret("leaderboard", *sorted((folder / "records" / "shapes").glob("*.json"))).out.count("Theirs") == 2
