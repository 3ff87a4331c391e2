from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret.report.line_chart import line_chart, round_steps

NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))


@given(NUMBERS, NUMBERS)
def test_ticks_are_evenly_spaced_and_reach_around(one: float, other: float) -> None:
    low, high = sorted((one, other))
    ticks = round_steps(low, high)
    step = ticks[1] - ticks[0]
    assert ticks[0] <= low + step * 1e-6
    assert ticks[-1] >= high - step * 1e-6
    assert 2 <= len(ticks) <= 9
    assert all(b - a == pytest.approx(step) for a, b in pairwise(ticks))


def test_a_training_with_one_validation_has_whole_steps() -> None:
    chart = line_chart("t", "step", "SumR", {"a": [(66.0, 120.0)], "b": [(66.0, 194.0)]})
    assert [tick.text for tick in chart.x_ticks] == ["63", "64", "65", "66", "67", "68", "69"]
    assert [line.points[0][0] for line in chart.lines] == [chart.x_ticks[3].at] * 2


def test_points_stand_where_their_ticks_are() -> None:
    chart = line_chart("t", "step", "SumR", {"a": [(0.0, 0.0), (10.0, 100.0)]})
    (line,) = chart.lines
    assert line.points == ((chart.left, chart.bottom), (chart.right, chart.top))
