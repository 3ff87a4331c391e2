from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from crossret.contracts.rendering import Cell, Table
from crossret.errors import DataError
from crossret.recipe.published import PublishedRow
from crossret.results.leaderboard import leaderboard
from crossret.results.published_file import read_published, write_published
from crossret.results.store import Store, read_all

SCORES: dict[str, Any] = {
    "t2v": {"r1": 50.0, "r5": 60.0, "r10": 70.0, "medr": 1, "map": 61.5},
    "v2t": {"r1": 40.0, "r5": 50.0, "r10": 60.0, "medr": 3},
    "sumr": 330.1,
}


def row(label: str = "Theirs", **changes: Any) -> PublishedRow:
    whole: dict[str, Any] = {
        "label": label,
        "dataset": "toy",
        "protocol": "human",
        "setting": "zero-shot",
        "pretraining": "400M pairs",
        "source": "A. Author, 2024",
        "scores": {"es": SCORES},
    }
    return PublishedRow.model_validate(whole | changes)


def fill(run: Any, *languages: str) -> None:
    for language in languages:
        run.add("alpha", [1, 2, 30, 4] * 5, [1, 20, 3, 4] * 5, language=language, baseline=True)
        run.add("beta", [9, 2, 30, 4] * 5, [9, 20, 3, 4] * 5, language=language)


def table(run: Any, rows: list[PublishedRow], **options: Any) -> Table:
    (found,) = leaderboard(run.stored(), published=rows, **options)
    assert all(len(cells) == len(found.columns) for cells in found.rows)
    return found


def cell(found: Table, label: str, column: str) -> Cell:
    return next(cells for cells in found.rows if cells[0].text.startswith(label))[found.columns.index(column)]


def test_rows_stand_below_in_their_order_and_say_what_they_are(run: Any) -> None:
    fill(run, "es")
    better = row("Better", note="re-ranked", scores={"es": {"sumr": 599.0}})
    found = table(run, [row(), better])
    labels = ["Alpha", "Beta", "Theirs, as published [1]", "Better, as published [2]"]
    assert [cells[0].text for cells in found.rows] == labels
    assert [cells[0].value for cells in found.rows[2:]] == ["Theirs, as published", "Better, as published"]
    assert "[1] Theirs: zero-shot; pre-training: 400M pairs; A. Author, 2024." in found.notes
    assert "[2] Better: zero-shot; pre-training: 400M pairs; re-ranked; A. Author, 2024." in found.notes
    assert any(note.startswith("As published: not measured here and not tested") for note in found.notes)


def test_they_change_nothing_of_the_measured_rows(run: Any) -> None:
    fill(run, "es", "gl")
    without, found = table(run, []), table(run, [row(scores={"es": {"sumr": 600}, "gl": {"sumr": 600}})])
    assert found.rows[:-1] == without.rows
    assert found.columns == without.columns
    assert [c.text for c in found.rows[-1][-3:]] == ["–", "–", "–"], "no difference, interval or p"
    assert {c.emphasis for c in found.rows[-1]} <= {"quiet", "plain"}
    assert not any(note.startswith("As published") for note in without.notes)


@pytest.mark.parametrize(
    ("scores", "metric", "direction", "text", "mark"),
    [
        (SCORES, "sumr", "both", "330.1", ""),
        (SCORES, "sumr", "t2v", "180.0", "‡"),
        (SCORES, "r1", "t2v", "50.0", ""),
        (SCORES, "r1", "both", "45.0", "‡"),
        (SCORES, "medr", "v2t", "3.0", ""),
        (SCORES, "map", "t2v", "0.615", ""),
        (SCORES, "map", "v2t", "–", ""),
        (SCORES, "map", "both", "–", ""),
        (SCORES, "meanr", "t2v", "–", ""),
        ({"mean_recall": 80.2}, "sumr", "both", "481.2", "‡"),
        ({"mean_recall": 80.2}, "sumr", "t2v", "–", ""),
        ({"mean_recall": 80.2}, "r1", "both", "–", ""),
        ({**SCORES, "sumr": None}, "sumr", "both", "330.0", "‡"),
        ({"t2v": {"r1": 50.0}}, "sumr", "both", "–", ""),
    ],
)
def test_a_number_is_stated_or_derived_and_says_so_or_is_missing(
    run: Any, scores: dict[str, Any], metric: str, direction: str, text: str, mark: str
) -> None:
    fill(run, "es")
    found = table(run, [row(scores={"es": scores})], metric=metric, direction=direction)
    number = cell(found, "Theirs", "es")
    assert (number.text, number.mark) == (text, mark)
    assert cell(found, "Theirs", "mean") == number
    assert any(note.startswith("‡") for note in found.notes) == bool(mark)


def test_a_mean_over_languages_is_derived_and_in_parentheses_if_one_is_missing(run: Any) -> None:
    fill(run, "es", "gl")
    both = row(scores={"es": {"sumr": 300.0}, "gl": {"sumr": 400.0}})
    one = row("One", scores={"es": {"sumr": 300.0}})
    found = table(run, [both, one])
    assert (cell(found, "Theirs", "mean").text, cell(found, "Theirs", "mean").mark) == ("350.0", "‡")
    assert (cell(found, "One", "gl").text, cell(found, "One", "mean").text) == ("–", "(300.0)")
    only = table(run, [both, one], languages=["gl"])
    assert [cells[0].text for cells in only.rows] == ["Alpha", "Beta", "Theirs, as published [1]"], (
        "of its languages alone"
    )


@pytest.mark.parametrize("change", [{"dataset": "other"}, {"protocol": "other"}, {"gallery": "other"}])
def test_rows_of_another_test_set_are_left_out(run: Any, change: dict[str, str]) -> None:
    fill(run, "es")
    assert len(table(run, [row(**change)]).rows) == 2


def test_each_gallery_has_its_own_rows_and_a_subset_none(run: Any) -> None:
    run.add("alpha", [1, 2], [1, 2], galleries=("one", "two"), subset=1)
    rows = [row(gallery="two")]
    assert [len(t.rows) for t in leaderboard(run.stored(), published=rows)] == [1, 2]
    assert [len(t.rows) for t in leaderboard(run.stored(), published=rows, subset="first")] == [1, 1]


def test_the_file_goes_where_the_records_go(run: Any, tmp_path: Path) -> None:
    fill(run, "es")
    write_published(run.root, "toys", [row(), row("Second")])
    for name in ("a", "b"):
        shutil.copytree(run.root, tmp_path / "machines" / name)
    write_published(tmp_path / "machines" / "b", "toys", [row("Second"), row("Third")])
    for places in ([tmp_path / "machines"], [tmp_path / "machines" / "a", tmp_path / "machines" / "b"]):
        assert [r.label for r in read_published(places, {"toys"})] == ["Theirs", "Second", "Third"]
        assert len(read_all(places)) == 2, "no record is lost, and none is added"
    assert read_published([run.root / "records" / "toys"], {"toys"})[0] == row()
    assert read_published([run.root], {"others"}) == ()
    assert read_published(sorted((run.root / "records" / "toys").glob("*.json")), {"toys"})[0] == row()
    assert len(read_all(sorted((run.root / "records" / "toys").glob("*.json")))) == 2
    assert len(Store(run.root).done()) == 2


def test_a_suite_that_has_no_rows_any_more_leaves_no_file(run: Any) -> None:
    write_published(run.root, "toys", [row()])
    write_published(run.root, "toys", [])
    assert read_published([run.root], {"toys"}) == ()
    assert not list(run.root.rglob("*.json"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "Invalid JSON"),
        (b'{"suite": "toys"}', "rows: Field required"),
        (json.dumps({"schema_version": 2, "suite": "toys", "rows": []}).encode(), "schema_version: Input should be 1"),
        (json.dumps({"suite": "toys", "rows": [{"label": "x"}]}).encode(), "rows.0.dataset: Field required"),
    ],
)
def test_a_damaged_file_is_one_line(run: Any, content: bytes, said: str) -> None:
    write_published(run.root, "toys", [row()])
    (file,) = run.root.rglob("published.json")
    file.write_bytes(content)
    with pytest.raises(DataError) as refused:
        read_published([run.root], {"toys"})
    assert str(refused.value).startswith(f"{file}: no published rows: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
