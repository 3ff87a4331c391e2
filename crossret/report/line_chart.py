"""Line charts as numbers: where lines, ticks and labels of an SVG stand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 44
COLOURS = 8
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line in the coordinates of the drawing; ``style`` chooses colour, dashes and marker."""

    label: str
    style: int
    points: tuple[tuple[float, float], ...]
    values: tuple[tuple[float, float], ...]

    @property
    def path(self) -> str:
        """The ``d`` of an SVG path."""
        return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class LineChart:
    """A chart with its axes; every line's numbers are there, too, for the table below it."""

    title: str
    x_name: str
    y_name: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def line_chart(title: str, x_name: str, y_name: str, series: Mapping[str, Points]) -> LineChart:
    """Draw lines by label; there is at least one, with at least one point."""
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    x_ticks, y_ticks = round_steps(min(xs), max(xs)), round_steps(min(ys), max(ys))
    chart = LineChart(title, x_name, y_name, (), (), ())

    def x_at(value: float) -> float:
        return chart.left + (value - x_ticks[0]) / (x_ticks[-1] - x_ticks[0]) * (chart.right - chart.left)

    def y_at(value: float) -> float:
        return chart.bottom - (value - y_ticks[0]) / (y_ticks[-1] - y_ticks[0]) * (chart.bottom - chart.top)

    lines = tuple(
        Line(label, number % COLOURS, tuple((x_at(x), y_at(y)) for x, y in points), tuple(points))
        for number, (label, points) in enumerate(series.items())
    )
    return LineChart(
        title,
        x_name,
        y_name,
        tuple(Tick(x_at(tick), f"{tick:,g}") for tick in x_ticks),
        tuple(Tick(y_at(tick), f"{tick:,g}") for tick in y_ticks),
        lines,
    )


def round_steps(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Round numbers that reach from at most ``low`` to at least ``high``, in steps of 1, 2 or 5 times 10ⁿ."""
    if high <= low:
        # In steps of 1: there are no half steps of training.
        low, high = low - 2.5, high + 2.5
    rough = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(number * step, 10) for number in range(first, last + 1))
