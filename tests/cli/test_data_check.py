"""``crossret data check``: what splits of a data set share."""

from __future__ import annotations

import json
from pathlib import Path

from processes import Crossret
from small_data import Small, copy_data, read_table, write_table

from .test_own_data import table_of


def test_captions_that_repeat_are_counted_and_are_no_error(crossret: Crossret, small: Small) -> None:
    ended = crossret(
        "data", "check", "shapes", "--option", f"root={small.data}", "--lang", "es", "--near", "0.3", "--format", "json"
    )
    assert ended.code == 0, ended.err
    assert table_of(ended.out, 0) == []
    assert [(row["first"], row["second"], row["identical"]) for row in table_of(ended.out, 1)] == [
        ("train", "val", "24"),
        ("train", "test", "24"),
        ("val", "test", "24"),
    ]
    assert {row["ambiguous"] for row in table_of(ended.out, 2)} == {"0"}


def test_an_item_in_two_splits_fails(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    root = copy_data(small, tmp_path / "copy")
    header, rows = read_table(root / "items.csv")
    (leaked,) = (row for row in rows if row[0] == "train-red-bar")
    write_table(root / "items.csv", header, [*rows, (leaked[0], leaked[1], "test")])
    ended = crossret("data", "check", "shapes", "--option", f"root={root}", "--lang", "en", "--format", "json")
    assert ended.code == 1
    assert ended.err == "1 items of 'train' are in 'test' too\n"
    assert table_of(ended.out, 0) == [
        {"first": "train", "second": "test", "items": "1", "for example": "train-red-bar"}
    ]


def test_unknown_languages_and_protocols_suggest_the_nearest(crossret: Crossret, small: Small) -> None:
    option = ("--option", f"root={small.data}")
    assert (
        "unknown language of shapes 'ess'; did you mean 'es'?"
        in crossret("data", "check", "shapes", *option, "--lang", "ess").line
    )
    assert "did you mean 'plain'?" in crossret("data", "check", "shapes", *option, "--protocol", "plan").line


def test_values_of_options_are_read_like_those_of_recipes(crossret: Crossret, tmp_path: Path) -> None:
    ended = crossret("data", "show", "nrccr-vatex", "--option", f"root={tmp_path}", "--option", "clean=maybe")
    assert ended.line == "option 'clean' of data set 'nrccr-vatex': expected true or false, found 'maybe'"
    ended = crossret("data", "show", "nrccr-vatex", "--option", f"root={tmp_path}", "--option", "clean=false")
    assert "has none of the folders vatex/TextData" in ended.line


def test_what_a_data_set_says_of_itself_is_shown(crossret: Crossret) -> None:
    shown = crossret("data", "show", "emoji", "--format", "json")
    assert shown.code == 0, shown.err
    tables = json.loads(shown.out)["tables"]
    assert tables[-1]["title"] == "About emoji"
