from __future__ import annotations

import pytest
import rule_engine
from small_data import Small

from crossret.bench.components import asks_engine
from crossret.bench.plan import Plan, PlannedUnit, Selection, make_plan
from crossret.plugins import Plugins, wanted
from crossret.recipe.reading import read_suite


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, small: Small) -> Plugins:
    """All first-party plugins, the data set and the engine made by rule."""
    monkeypatch.syspath_prepend(small.packages)
    made = Plugins()
    made.load(wanted())
    made.add("rule", rule_engine, "rule-engine", "1.0")
    return made


def planned(found: Plugins, small: Small, methods: str, pairs: str = "en-es es-en") -> Plan:
    overrides = ("translator=rule", f"options.calls={small.data / 'calls'}", f"options.pairs={pairs}")
    selection = Selection(("es",), tuple(methods.split()), 1, tuple(f"translation.{part}" for part in overrides))
    return make_plan(read_suite(str(small.suite)), selection, found)


def only(plan: Plan) -> PlannedUnit:
    (unit,) = plan.units
    return unit


def keys(unit: PlannedUnit) -> tuple[str, str]:
    assert unit.training is not None
    return unit.training.key, unit.key


@pytest.mark.parametrize(
    ("method", "training_changes", "record_changes"),
    [("translate-train", True, True), ("translate-test", False, True), ("source-only", False, False)],
)
def test_another_version_of_a_route_is_new_work_for_what_uses_it(
    found: Plugins,
    small: Small,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    training_changes: bool,
    record_changes: bool,
) -> None:
    old = keys(only(planned(found, small, method)))
    monkeypatch.setenv(rule_engine.VERSION, "2")
    new = keys(only(planned(found, small, method)))
    assert (old[0] != new[0], old[1] != new[1]) == (training_changes, record_changes)


def test_a_hop_that_no_route_uses_changes_nothing(
    found: Plugins, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keys(only(planned(found, small, "all-terms-fused")))
    monkeypatch.setenv(rule_engine.MORE_PAIRS, "en-gl")
    assert keys(only(planned(found, small, "all-terms-fused"))) == before


def test_a_language_without_a_route_is_left_out_with_the_nearest_one_named(found: Plugins, small: Small) -> None:
    plan = planned(found, small, "translate-train source-only", pairs="en-ca en-gl")
    (skipped,) = plan.skipped
    assert (skipped.method, skipped.language) == ("translate-train", "es")
    assert skipped.reason.startswith("no translation route from en to es (rule: ")


def test_only_engines_and_what_wraps_them_have_routes_beside_their_fingerprints(found: Plugins) -> None:
    assert not asks_engine("file", found.registry)
    assert asks_engine("rule", found.registry)
    assert asks_engine("noise:rule", found.registry)
