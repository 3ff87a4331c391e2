"""Suites become units; what is trained once is planned once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crossret.bench.plan import Plan, Selection, make_plan
from crossret.errors import UsageError
from crossret.plugins import plugins
from crossret.recipe.reading import read_suite


def plan(
    *methods: str, languages: tuple[str, ...] = ("es", "sc"), suite: str = "emoji-full", **changes: object
) -> Plan:
    selection = Selection(languages=languages, methods=methods, seeds=1)
    return make_plan(read_suite(suite), replace(selection, **changes), plugins())  # type: ignore[arg-type]


def keys(found: Plan) -> list[str]:
    return [unit.key for unit in found.units]


def test_source_only_trains_once_for_all_languages_and_ways_to_ask() -> None:
    found = plan("source-only", "translate-test", languages=("es", "fr", "gl"))
    assert len(found.jobs) == 1
    assert len(found.units) == 6
    assert found.jobs[0].training is not None
    assert found.jobs[0].training.languages == ()


def test_other_methods_train_once_per_language_and_seed() -> None:
    found = plan("translate-train", "translate-train-fused", languages=("es", "fr"), seeds=2)
    trainings = [job.training for job in found.jobs if job.training]
    assert {(t.languages, t.seed) for t in trainings} == {((lang,), seed) for lang in ("es", "fr") for seed in (0, 1)}
    assert all(len(job.units) == 2 for job in found.jobs)


def test_a_joint_model_trains_once_for_all_languages() -> None:
    found = plan("translate-train", languages=("es", "fr"), overrides=("model.joint=true",))
    (job,) = found.jobs
    assert job.training is not None
    assert job.training.languages == ("es", "fr")
    assert {unit.id.language for unit in job.units} == {"es", "fr"}


def test_without_a_way_back_there_are_no_english_queries_and_no_term_that_reads_back() -> None:
    found = plan("translate-test", "nrccr", "nrccr-fused")
    assert {(s.method, s.language) for s in found.skipped} == {("translate-test", "sc"), ("nrccr-fused", "sc")}
    (sardinian,) = (unit for unit in found.units if unit.id.language == "sc")
    assert sardinian.dropped == ("cycle",)
    assert "cycle" not in sardinian.recipe.terms()
    spanish = next(unit for unit in found.units if unit.id.language == "es" and unit.id.method == "nrccr")
    assert spanish.dropped == ()


def test_a_baseline_runs_for_the_first_seed_only() -> None:
    found = plan("lexical", seeds=3)
    assert [(unit.id.language, unit.id.seed) for unit in found.units] == [("es", 0), ("sc", 0)]
    assert all(unit.training is None for unit in found.units)


def test_an_ablated_method_says_which_terms_it_lacks() -> None:
    found = plan("nrccr", "no-cycle", "no-terms", languages=("es",), suite="emoji-ablation")
    lacking = {unit.id.method: set(unit.ablated) for unit in found.units}
    assert lacking["nrccr"] == set()
    assert lacking["no-cycle"] == {"cycle"}
    assert lacking["no-terms"] == {"similarity", "feature", "cycle", "adversarial"}


def test_keys_are_the_same_for_the_same_work_and_change_with_what_numbers_depend_on() -> None:
    once = keys(plan("nrccr", languages=("es",)))
    assert once == keys(plan("nrccr", languages=("es",)))
    assert once == keys(plan("nrccr", languages=("es",), overrides=("training.checkpoint_seconds=5",)))
    for change in ("training.epochs=7", "model.common=64", "objective.cycle.weight=0.4", "evaluation.query=fused"):
        assert once != keys(plan("nrccr", languages=("es",), overrides=(change,)))


def test_how_a_model_is_asked_does_not_change_its_training() -> None:
    trainings = [
        plan("nrccr", languages=("es",), overrides=overrides).jobs[0].training
        for overrides in ((), ("evaluation.query=fused",))
    ]
    assert trainings[0] is not None
    assert trainings[1] is not None
    assert trainings[0].key == trainings[1].key


def test_a_plan_in_which_nothing_can_be_computed_says_why() -> None:
    with pytest.raises(UsageError, match="translate-test in sc: no translation route from sc back to en"):
        plan("translate-test", languages=("sc",))
