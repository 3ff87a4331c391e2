from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crossret.errors import UsageError
from crossret.recipe.published import PublishedRow
from crossret.recipe.reading import read_suite, shipped_suites, validated

RECALLS = {"t2v": {"r1": 53.8, "r5": 81.8, "r10": 88.3}, "v2t": {"r1": 53.8, "r5": 82.7, "r10": 90.3}}


def row(**changes: Any) -> PublishedRow:
    whole = {
        "label": "Theirs",
        "dataset": "toy",
        "protocol": "human",
        "setting": "zero-shot",
        "source": "a paper",
        "scores": {"de": {"sumr": 450.7}},
    }
    return validated(PublishedRow, whole | changes, "row")


def test_what_a_source_does_not_state_stays_out() -> None:
    scores = row(scores={"de": {"t2v": {"r1": 53.8}, "mean_recall": 75.1}}).scores["de"]
    assert (scores.t2v.r1, scores.t2v.r5, scores.v2t.medr, scores.sumr, scores.mean_recall) == (
        53.8,
        None,
        None,
        None,
        75.1,
    )
    assert scores.recall_sum is None


def test_a_sum_and_a_mean_may_differ_from_the_recalls_by_rounding_alone() -> None:
    for stated in ({"sumr": 450.7}, {"sumr": 451.0}, {"mean_recall": 75.1}, {"mean_recall": 75.2}, {}):
        assert row(scores={"de": RECALLS | stated}).scores["de"].recall_sum == pytest.approx(450.7)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (RECALLS | {"sumr": 451.2}, "scores.de: sumr is 451.2, but the six recalls add to 450.7"),
        (RECALLS | {"mean_recall": 75.3}, "mean_recall is 75.3, but a sixth of the recalls' sum is 75.1"),
        ({"sumr": 481.2, "mean_recall": 81.0}, "mean_recall is 81.0, but a sixth of the recalls' sum is 80.2"),
        ({"t2v": {"r1": 50.0, "r10": 40.0}}, "scores.de.t2v: recalls must not fall from R@1 to R@10, found 50.0, 40.0"),
        ({"t2v": {"r1": 101.0}}, "scores.de.t2v.r1: Input should be less than or equal to 100, found 101.0"),
        ({"v2t": {"medr": 0.5}}, "scores.de.v2t.medr: Input should be greater than or equal to 1, found 0.5"),
        ({"t2v": {"r2": 50.0}}, "unknown key 'scores.de.t2v.r2'; did you mean 'r"),
        ({"t2v": {}}, "scores.de: no figure is stated; leave the language out"),
        ({}, "scores.de: no figure is stated; leave the language out"),
    ],
)
def test_figures_that_cannot_be_are_refused(scores: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        row(scores={"de": scores})
    assert said in str(refused.value)


@pytest.mark.parametrize("missing", ["label", "dataset", "protocol", "setting", "source"])
def test_a_row_says_what_it_is_and_where_it_comes_from(missing: str) -> None:
    with pytest.raises(UsageError, match=f"{missing}: String should have at least 1 character"):
        row(**{missing: ""})


def test_a_suite_hands_its_rows_on(tmp_path: Path) -> None:
    parent = """
    languages: [de]
    recipe: {objective: {source: {loss: triplet, between: [visual, source]}}}
    methods: {a: {}}
    published:
      - {label: P, dataset: d, protocol: p, setting: zero-shot, source: s, scores: {de: {sumr: 300}}}
    """
    (tmp_path / "parent.yaml").write_text(parent)
    (tmp_path / "same.yaml").write_text("extends: parent.yaml")
    (tmp_path / "none.yaml").write_text("extends: parent.yaml\npublished: []")
    assert [row.label for row in read_suite(str(tmp_path / "same.yaml")).published] == ["P"]
    assert read_suite(str(tmp_path / "none.yaml")).published == ()
    (tmp_path / "parent.yaml").write_text(parent.replace("zero-shot", "''"))
    with pytest.raises(UsageError, match=r"parent\.yaml: published\.0\.setting: String should have at least 1"):
        read_suite(str(tmp_path / "parent.yaml"))
    (tmp_path / "parent.yaml").write_text(parent.replace("setting:", "seting:"))
    with pytest.raises(UsageError, match=r"unknown key 'published\.0\.seting'; did you mean 'setting'"):
        read_suite(str(tmp_path / "parent.yaml"))


def test_no_label_of_a_shipped_suite_stands_twice_beside_the_same_records() -> None:
    for name in shipped_suites():
        found = [(r.label, r.dataset, r.protocol, r.gallery) for r in read_suite(name).published]
        assert len(found) == len(set(found)), name
