from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crossret.results.agreement import agreement, contradictions
from crossret.results.store import Stored, read_all

T2V, V2T = [1, 3, 7, 20], [1, 1, 6, 11]
Write = Callable[..., Stored]


@pytest.fixture
def write(run: Any) -> Write:
    """A record of its own run folder."""

    def written(folder: str, t2v: list[int] = T2V, **changes: Any) -> Stored:
        other = type(run)(run.root / folder)
        other.add("alpha", t2v, V2T, **changes)
        found: Stored = other.stored()[0]
        return found

    return written


def test_equal_records_are_identical(write: Write) -> None:
    found = agreement(write("a"), write("b"))
    assert (found.largest, found.moved, found.verdict(0.0)) == (0.0, 0, "identical")


def test_a_moved_query_is_counted_though_no_recall_changes(write: Write) -> None:
    found = agreement(write("a"), write("b", [1, 4, 7, 20]))
    assert found.moved == 1
    # MeanR rises by 1/4 of 4 items, MedR by 1/2: 12.5 % of the gallery; AP of rank 3 becomes that of rank 4.
    assert found.largest == pytest.approx(12.5)
    assert found.parts[0].points == pytest.approx(
        {"r1": 0, "r5": 0, "r10": 0, "map": 100 * (1 / 3 - 1 / 4) / 4, "medr": 12.5, "meanr": 6.25}
    )
    assert [found.verdict(tolerance) for tolerance in (12.0, 13.0)] == ["differs", "within the tolerance"]


def test_without_a_file_of_ranks_figures_are_compared_alone(write: Write) -> None:
    first, second = write("a"), write("b", [2, 3, 7, 20])
    first.path.with_suffix(".npz").unlink()
    found = agreement(first, second)
    assert (found.moved, found.largest) == (None, 25.0)


def test_a_gallery_that_one_of_them_lacks_is_a_difference(write: Write) -> None:
    found = agreement(write("a"), write("b", galleries=("test", "more")))
    assert found.verdict(1e9) == "differs"


def test_figures_that_follow_from_the_ranks_are_no_contradiction(write: Write) -> None:
    assert contradictions(write("a")) == ()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("medr", 2.0, "test v2t MedR is 2, by its ranks 3.5"), ("queries", 5, "test v2t queries is 5, by its ranks 4")],
)
def test_an_altered_figure_contradicts_the_ranks(write: Write, field: str, value: float, said: str) -> None:
    path = write("a").path
    content = json.loads(path.read_text())
    content["scores"][0]["v2t"][field] = value
    path.write_text(json.dumps(content))
    assert contradictions(read_all([path])[0]) == (said,)


def test_an_altered_sum_contradicts_the_recalls(write: Write) -> None:
    path = write("a").path
    content = json.loads(path.read_text())
    total = content["scores"][0]["sumr"]
    content["scores"][0]["sumr"] = total + 1
    path.write_text(json.dumps(content))
    (line,) = contradictions(read_all([path])[0])
    assert line == f"test SumR is {total + 1:g}, the sum of its recalls {total:g}"
    assert np.isclose(total, 25 + 50 + 75 + 50 + 50 + 75)
