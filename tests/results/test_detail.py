from __future__ import annotations

from typing import Any

import pytest

from crossret.results.detail import COLUMNS, detail


def test_every_figure_of_every_language_method_and_direction(run: Any) -> None:
    for language in ("es", "fr"):
        run.add("alpha", [1, 1, 7, 30], [1, 1, 1, 1], language=language, galleries=("one", "two"))
        run.add("beta", [1, 1, 1, 1], [1, 1, 1, 1], language=language, galleries=("one", "two"))
    run.add("alpha", [1, 1, 1, 1], [1, 1, 1, 1], language="es", seed=1, galleries=("one", "two"))
    one, two = detail(run.stored())
    assert one.columns == two.columns == COLUMNS
    assert [(row[0].text, row[1].text, row[2].value) for row in one.rows] == [
        (language, method, direction)
        for language in ("es", "fr")
        for method in ("Beta", "Alpha")
        for direction in ("t2v", "v2t")
    ]
    alpha = one.rows[2]
    assert [c.value for c in alpha[3:]] == pytest.approx(
        [75, 75, 87.5, (4 + 1) / 2, (9.75 + 1) / 2, ((2 + 1 / 7 + 1 / 30) / 4 + 1) / 2, 4, 2]
    )
    assert alpha[3].text == "75.0 ± 35.4"
    assert alpha[3].deviation == pytest.approx(50 / 2**0.5)
    assert one.rows[6][3].text == "50.0", "one seed has no deviation"
    assert one.notes[0] == "Mean ± sample standard deviation over 1 to 2 seeds."


def test_selection_of_gallery_and_language(run: Any) -> None:
    run.add("alpha", [1, 2], [1, 2], galleries=("one", "two"))
    run.add("alpha", [1, 2], [1, 2], galleries=("one", "two"), language="fr")
    (table,) = detail(run.stored(), gallery="two", languages=["fr"])
    assert "gallery two" in table.title
    assert {row[0].text for row in table.rows} == {"fr"}
