"""Lines over training steps, and over a growing share of spoilt translations."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Sequence

from crossret.report.line_chart import LineChart, line_chart
from crossret.report.section import Absent
from crossret.results.board import Board
from crossret.results.record import Record
from crossret.results.statistics import Row

SHARE = "share"


def learning_curves(board: Board) -> tuple[LineChart, ...] | Absent:
    """Validation of every training over its steps, one chart per language; seeds are averaged where all have a step."""
    charts = []
    for language in board.languages:
        series = {
            board.label(row): points
            for row in board.best_first()
            if language in row.units and (points := _mean_curve([s.record for s in row.units[language].values()]))
        }
        if series:
            title = f"Validation while training, {language}"
            charts.append(line_chart(title, "step", "SumR on the validation split", series))
    return tuple(charts) or Absent("No learning curves: none of these methods was trained, or nothing was logged.")


def noise_curve(board: Board) -> LineChart | Absent:
    """A method's figure over the share of its training translations that are spoilt.

    Rows belong to one line if their recipes differ in nothing but the spoiling translator around their translator, and
    in its share.
    """
    families: dict[str, dict[float, Row]] = defaultdict(dict)
    for row in board.rows:
        share, family = _spoilt(row.record)
        families[family].setdefault(share, row)
    series = {
        board.label(found[min(found)]): [(100 * share, found[share].mean.mean) for share in sorted(found)]
        for found in families.values()
        if len(found) > 1 and all(row.complete for row in found.values())
    }
    if not series:
        return Absent("No noise curve: no two rows differ only in the share of their translations that are spoilt.")
    return line_chart(
        f"{board.figure.heading} under translation noise", "spoilt translations, %", board.figure.heading, series
    )


def _mean_curve(records: Sequence[Record]) -> list[tuple[float, float]]:
    by_step: dict[int, list[float]] = defaultdict(list)
    for record in records:
        for point in record.curve:
            by_step[point.step].append(point.validation)
    return [
        (float(step), statistics.fmean(values))
        for step, values in sorted(by_step.items())
        if len(values) == len(records)
    ]


def _spoilt(record: Record) -> tuple[float, str]:
    """The share, and what identifies the recipe without it."""
    recipe = dict(record.recipe)
    translation = dict(recipe.get("translation", {}))
    options = translation.get("options", {})
    share = options.get(SHARE)
    wrapper, colon, inner = str(translation.get("translator", "")).partition(":")
    if wrapper and colon and isinstance(share, int | float):
        translation |= {"translator": inner, "options": options.get("options", {})}
    else:
        share = 0.0
    identity = [{**recipe, "translation": translation}, record.terms]
    return float(share), json.dumps(identity, sort_keys=True, default=str)
