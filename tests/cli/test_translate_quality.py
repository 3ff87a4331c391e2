"""``crossret translate quality DATASET``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from processes import Crossret
from small_data import Small


def rows(document: str, table: int) -> list[dict[str, Any]]:
    found = json.loads(document)["tables"][table]
    return [dict(zip(found["columns"], (cell["value"] for cell in row), strict=True)) for row in found["rows"]]


def test_scores_and_signals_of_translations_that_come_with_the_data(
    crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    data = ("--set", f"data.options.root={small.data}")
    ended = crossret("translate", "quality", "shapes", *data, "--format", "json")
    assert ended.code == 0, ended.err
    scores = {(row["what"], row["route"]): row for row in rows(ended.out, 0)}
    there = scores["source captions", "en → es (file)"]
    # The human captions are what the file says, but the data set does not claim that they are translations.
    assert (there["references"], there["sentences"], there["equal %"]) == ("per item", 24, 100)
    assert there["chrF"] == pytest.approx(100)
    assert scores["back-translations", "es → en (file)"]["references"] == "source"
    assert scores["queries", "es → en (file)"]["split"] == "test"
    assert ("source captions", "en → zz (file)") in scores
    assert ("back-translations", "zz → en (file)") not in scores
    notes = json.loads(ended.out)["tables"][0]["notes"]
    assert "Not measured: zz → en, of translations: no translation route from 'zz' to 'en'" in notes
    assert any(note.startswith("BLEU: nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:") for note in notes)
    signals = {(row["what"], row["route"]): row for row in rows(ended.out, 1)}
    assert signals["source captions", "en → es (file)"]["copied %"] == 0


def test_copies_find_their_item_and_are_worth_nothing(crossret: Crossret, tmp_path: Path) -> None:
    out = tmp_path / "quality.md"
    words = ("emoji", "--via", "identity", "--lang", "gl", "--sample", "50", "--output", out)
    ended = crossret("translate", "quality", *words, "--format", "md")
    assert ended.code == 0, ended.err
    text = out.read_text()
    assert "## Translations of emoji against references" in text
    line = next(line for line in text.splitlines() if "100.0 of 50" in line)
    assert "en → gl (identity)" in line
    assert line.count("100.0") == 3


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        ("emoji --lang glx", 1, "no translation route from 'en' to 'glx'; did you mean 'gl'?"),
        ("emoji --split trian", 2, "unknown split of protocol 'cross-design' 'trian'; did you mean 'train'?"),
        ("emoji --baseline lexicl", 2, "unknown baseline 'lexicl'; did you mean 'lexical'?"),
        ("emoji --via recorded", 2, "translator 'recorded': the recipe's data set records no translations"),
        ("emojy", 2, "unknown dataset 'emojy'; did you mean 'emoji'?"),
    ],
)
def test_what_goes_wrong_is_one_line(words: str, code: int, line: str, crossret: Crossret) -> None:
    ended = crossret("translate", "quality", *words.split())
    assert (ended.code, ended.line[: len(line)]) == (code, line)
