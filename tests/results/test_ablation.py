from __future__ import annotations

from typing import Any

import pytest

from crossret.errors import UsageError
from crossret.results.ablation import ablation

GOOD, FAIR, POOR = [1] * 30, [1, 4] * 15, [9, 20] * 15


def fill(run: Any) -> None:
    run.add("full", GOOD, FAIR, terms=("contrast", "cycle", "similarity"))
    run.add("no-cycle", FAIR, POOR, terms=("contrast", "similarity"), ablated=("cycle",))
    run.add("no-attention", FAIR, FAIR, terms=("contrast", "cycle", "similarity"), ablated=("attention",))
    run.add("source-only", POOR, POOR, terms=("contrast",), group="baseline", baseline=True)


def test_ticks_say_which_components_a_variant_has(run: Any) -> None:
    fill(run)
    (table,) = ablation(run.stored())
    assert table.columns[:5] == ("variant", "contrast", "cycle", "similarity", "attention")
    assert table.columns[5:] == ("es", "mean", "Δ to Full", "95 % interval", "p", "d")
    assert [[c.text for c in row[:5]] for row in table.rows] == [
        ["Full", "✓", "✓", "✓", "✓"],
        ["No-Attention", "✓", "✓", "✓", ""],
        ["No-Cycle", "✓", "", "✓", "✓"],
    ]
    assert table.title.endswith(", ablation")


def test_variants_are_compared_with_the_full_method(run: Any) -> None:
    fill(run)
    (table,) = ablation(run.stored())
    full, attention, cycle = table.rows
    assert full[7].text == "–"
    assert attention[7].value == pytest.approx(attention[6].value - full[6].value)  # type: ignore[operator]
    assert attention[5].mark == ""
    assert cycle[9].text == "< 0.001"


def test_the_full_method_can_be_named(run: Any) -> None:
    fill(run)
    run.add("other", GOOD, GOOD, terms=("a", "b", "c"))
    with pytest.raises(UsageError, match="several methods could be the full one: full, other"):
        ablation(run.stored())
    assert ablation(run.stored(), baseline="full")[0].rows[0][0].text == "Full"
    with pytest.raises(UsageError, match="unknown full method 'no-cycle'"):
        ablation(run.stored(), baseline="no-cycle")


def test_without_variants_or_full_method_there_is_no_table(run: Any) -> None:
    run.add("full", GOOD, GOOD, terms=("contrast",))
    with pytest.raises(UsageError, match="no ablation among the records"):
        ablation(run.stored())
    run.add("no-cycle", GOOD, GOOD, ablated=("cycle",), language="fr")
    with pytest.raises(UsageError, match="the full method has no scores on gallery 'test' in these languages"):
        ablation(run.stored(), languages=["fr"])
    with pytest.raises(UsageError, match="no full method among the records"):
        ablation([s for s in run.stored() if s.record.ablated])


def test_records_come_in_any_order(run: Any) -> None:
    fill(run)
    stored = run.stored()
    assert ablation(stored[::-1]) == ablation(stored)


def test_of_several_full_methods_the_marked_one_is_taken(run: Any) -> None:
    run.add("full", GOOD, FAIR, terms=("contrast", "cycle"))
    run.add("marked", GOOD, GOOD, terms=("contrast", "cycle"), baseline=True)
    run.add("no-cycle", FAIR, POOR, terms=("contrast",), ablated=("cycle",))
    (table,) = ablation(run.stored())
    assert [row[0].text for row in table.rows] == ["Marked", "No-Cycle"]
