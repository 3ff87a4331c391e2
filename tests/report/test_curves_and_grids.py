from __future__ import annotations

from pathlib import Path

import pytest
from made_up_run import chapters_of, write_run

from crossret.report.chapters import Chapter
from crossret.report.grids import Grid
from crossret.report.line_chart import LineChart
from crossret.report.section import Absent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made-up")
    write_run(made)
    return made


@pytest.fixture(scope="module")
def chapter(folder: Path) -> Chapter:
    return chapters_of(folder)[0]


def test_a_learning_curve_is_the_mean_of_its_seeds(chapter: Chapter) -> None:
    assert not isinstance(chapter.learning, Absent)
    assert [chart.title for chart in chapter.learning] == [
        f"Validation while training, {lang}" for lang in ("en", "xx")
    ]
    lines = {line.label: line.values for line in chapter.learning[0].lines}
    # 20 × 9 × (1 − ½ⁿ), and half a point for the second seed.
    assert lines["NRCCR"] == ((25.0, 90.5), (50.0, 135.5), (75.0, 158.0), (100.0, 169.25))
    assert "lexical overlap" not in lines


def test_a_noise_curve_joins_rows_that_differ_in_the_share_alone(chapter: Chapter) -> None:
    part = chapter.galleries[0]
    assert isinstance(part.noise, LineChart)
    (line,) = part.noise.lines
    means = {row.method: row.mean.mean for row in part.board.rows}
    expected = ((0.0, means["full"]), (20.0, means["noisy-20"]), (60.0, means["noisy-60"]))
    assert line.label == "NRCCR"
    assert line.values == expected


@pytest.mark.parametrize(("metric", "best"), [("sumr", "human (oracle)"), ("meanr", "human (oracle)")])
def test_a_column_is_coloured_from_its_worst_to_its_best(folder: Path, metric: str, best: str) -> None:
    found = chapters_of(folder, metric)[0].galleries[0].heat_map
    assert isinstance(found, Grid)
    strengths = {label: cells[0].strength for label, cells in found.rows}
    assert strengths[best] == 100
    assert strengths["lexical overlap"] == 0
    assert 0 < strengths["NRCCR, 20 % noise"] < strengths["NRCCR"] < 100
    # The oracle is no competitor.
    assert [label for label, cells in found.rows if cells[0].best] == ["NRCCR"]


def test_a_difference_is_its_opposite_from_the_other_side(chapter: Chapter) -> None:
    found = chapter.galleries[0].significance
    assert isinstance(found, Grid)
    labels = [label for label, _ in found.rows]
    assert labels == list(found.columns)
    assert "human (oracle)" not in labels
    cells = {(row, column): cell for row, all_ in found.rows for column, cell in zip(labels, all_, strict=True)}
    opposite = {"better": "worse", "worse": "better", "open": "open", "self": "self"}
    for (row, column), cell in cells.items():
        other = cells[column, row]
        assert other.kind == opposite[cell.kind]
        assert other.text.lstrip("+−") == cell.text.lstrip("+−")
    assert cells["NRCCR", "lexical overlap"].kind == "better"
    assert cells["NRCCR", "lexical overlap"].text.startswith("+")
