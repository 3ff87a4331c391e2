from __future__ import annotations

from crossret.bench.payload import Origin
from crossret.bench.plan import Selection, make_plan
from crossret.bench.unit import evaluate_baseline
from crossret.plugins import plugins
from crossret.recipe.reading import read_suite


def test_a_record_has_the_scores_of_the_galleries_that_the_recipe_names_and_no_others() -> None:
    selection = Selection(("es",), ("lexical",), 1, ("evaluation.galleries=[val]",))
    (unit,) = make_plan(read_suite("emoji"), selection, plugins()).units
    record, ranks = evaluate_baseline(unit, plugins().registry, Origin(suite="emoji", command=""))
    assert {scores.gallery for scores in record.scores} == {"val"}
    assert {name.partition("/")[0] for name in ranks} == {"val"}
