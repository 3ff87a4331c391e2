from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from crossret.bench.components import build_dataset, build_translator, components_of
from crossret.bench.keys import hash_of
from crossret.bench.plan import Plan, PlannedUnit, Selection, make_plan
from crossret.errors import UsageError
from crossret.plugins import Plugins, plugins
from crossret.recipe.reading import read_suite
from crossret.recipe.suite import Suite


@pytest.fixture(scope="module")
def emoji() -> Suite:
    return read_suite("emoji")


def plan(suite: Suite, languages: str = "", methods: str = "", seeds: int | None = None, *overrides: str) -> Plan:
    chosen = Selection(tuple(languages.split()), tuple(methods.split()), seeds, overrides)
    return make_plan(suite, chosen, plugins())


def only(found: Plan) -> PlannedUnit:
    (unit,) = found.units
    return unit


def training_key(unit: PlannedUnit) -> str:
    assert unit.training is not None
    return unit.training.key


# --- what is computed ----------------------------------------------------------------------------------------------


def test_methods_that_differ_in_how_they_ask_share_a_training(emoji: Suite) -> None:
    found = plan(emoji, "es", "translate-train translate-train-fused nrccr")
    assert [[unit.id.method for unit in job.units] for job in found.jobs] == [
        ["translate-train", "translate-train-fused"],
        ["nrccr"],
    ]


def test_a_model_without_target_captions_serves_every_language(emoji: Suite) -> None:
    (job,) = plan(emoji, "es fr", "source-only").jobs
    assert [unit.id.language for unit in job.units] == ["es", "fr"]
    assert job.training is not None
    assert job.training.languages == ()


def test_a_joint_model_trains_on_all_languages_that_can_be_translated(emoji: Suite) -> None:
    (job,) = plan(emoji, "es fr en", "translate-train", None, "model.joint=true").jobs
    assert job.training is not None
    assert job.training.languages == ("es", "fr")


def test_seeds_multiply_trainings_but_no_baseline(emoji: Suite) -> None:
    found = plan(emoji, "es", "lexical source-only", 3)
    seeds = [(unit.id.method, unit.id.seed) for unit in found.units]
    assert seeds == [("lexical", 0), ("source-only", 0), ("source-only", 1), ("source-only", 2)]
    assert len({unit.key for unit in found.units}) == 4


def test_a_language_without_a_way_back_loses_rows_and_terms_and_says_so(emoji: Suite) -> None:
    found = plan(emoji, "sc", "translate-test nrccr")
    unit = only(found)
    assert unit.dropped == ("cycle",)
    assert "cycle" not in unit.recipe.terms()
    assert [(row.method, row.language) for row in found.skipped] == [("translate-test", "sc")]


def test_rows_are_left_out_for_each_reason(emoji: Suite) -> None:
    found = plan(emoji, "en", "translate-train source-only")
    assert only(found).id.method == "source-only"
    assert [row.reason for row in found.skipped] == ["en is the source language"]
    with pytest.raises(UsageError, match=r"nothing can be computed \(translate-train in en: en is the source"):
        plan(emoji, "en", "translate-train")


def test_what_an_ablation_lacks_is_what_its_parent_has() -> None:
    found = plan(read_suite("emoji-ablation"), "es", "nrccr no-cycle no-terms", 1)
    lacks = {unit.id.method: unit.ablated for unit in found.units}
    assert lacks["nrccr"] == ()
    assert lacks["no-cycle"] == ("cycle",)
    assert set(lacks["no-terms"]) == {"similarity", "feature", "cycle", "adversarial"}


# --- keys ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("override", "trains_again"),
    [
        ("training.epochs=35", True),
        ("training.precision=bf16", True),
        ("training.micro_batch=16", True),
        ("model.text.options.buckets=999", True),
        ("data.protocol=cross-concept", True),
        ("objective.target.weight=0.5", True),
        ("evaluation.fusion_weight=0.4", False),
    ],
)
def test_a_change_of_the_recipe_is_new_work(emoji: Suite, override: str, trains_again: bool) -> None:
    before = only(plan(emoji, "es", "translate-train-fused"))
    after = only(plan(emoji, "es", "translate-train-fused", None, override))
    assert after.key != before.key
    assert (training_key(after) != training_key(before)) is trains_again


def test_language_and_seed_are_new_work(emoji: Suite) -> None:
    units = plan(emoji, "es fr", "translate-train", 2).units
    assert len({unit.key for unit in units}) == len({training_key(unit) for unit in units}) == 4


@pytest.mark.parametrize(
    "override",
    ["training.checkpoint_seconds=1", "evaluation.memory_mb=64", "evaluation.memory_mb=2GB", "evaluation.compile=true"],
)
def test_what_changes_no_number_is_no_new_work(emoji: Suite, override: str) -> None:
    assert plan(emoji, "es", "", None, override).units[3].key == plan(emoji, "es").units[3].key


@pytest.mark.parametrize("changed", [{"label": "another"}, {"group": "oracle"}, {"reference": True}])
def test_what_a_record_says_of_its_row_makes_a_new_record_of_the_same_training(
    emoji: Suite, changed: dict[str, object]
) -> None:
    renamed = emoji.methods["nrccr"].model_copy(update=changed)
    suites = (
        emoji.model_copy(update={"methods": {"nrccr": renamed}}),
        emoji.model_copy(update={"name": "other", "methods": {"nrccr": emoji.methods["nrccr"]}}),
    )
    before = only(plan(emoji, "es", "nrccr"))
    for suite in suites:
        after = only(plan(suite, "es"))
        assert after.key != before.key
        assert training_key(after) == training_key(before)


def test_another_version_of_a_used_plugin_is_new_work(emoji: Suite) -> None:
    before = only(plan(emoji, "es", "nrccr")).key
    found = plugins()
    for change, same in (({"distribution": "unused"}, True), ({}, False)):
        rows = [*found.rows, replace(found.rows[0], **{"name": "x", "version": "99", **change})]
        changed = Plugins(registry=found.registry, rows=rows)
        assert (only(make_plan(emoji, Selection(("es",), ("nrccr",)), changed)).key == before) is same


def test_changed_translations_are_new_work(tmp_path: Path) -> None:
    table = tmp_path / "translations.csv"
    suite = tmp_path / "mine.yaml"
    suite.write_text(
        textwrap.dedent(f"""
            extends: emoji
            recipe: {{translation: {{options: {{path: {table}}}}}}}
        """)
    )
    keys = set()
    for word in ("gato", "minino"):
        table.write_text(f"source_lang,target_lang,text,translation\nen,es,cat,{word}\n")
        keys.add(only(plan(read_suite(str(suite)), "es", "translate-train")).key)
    assert len(keys) == 2


def test_names_are_checked_before_anything_is_computed(emoji: Suite) -> None:
    with pytest.raises(UsageError, match="unknown method 'nrcr'; did you mean 'nrccr'"):
        plan(emoji, "es", "nrcr")
    with pytest.raises(UsageError, match="unknown test language 'xq'"):
        plan(emoji, "xq")
    with pytest.raises(UsageError, match="unknown loss 'infonc'; did you mean 'infonce'"):
        plan(emoji, "es", "source-only", None, "objective.source.loss=infonc")


def test_the_answers_of_equal_captions_change_the_record_and_not_the_training(emoji: Suite) -> None:
    plain = only(plan(emoji, "es", "nrccr"))
    distinct = only(plan(emoji, "es", "nrccr", None, "evaluation.duplicate_captions=distinct"))
    shared = only(plan(emoji, "es", "nrccr", None, "evaluation.duplicate_captions=shared"))
    assert plain.key == distinct.key != shared.key
    assert training_key(plain) == training_key(shared)


@pytest.mark.parametrize(
    "override",
    [
        "translation.variants.routes=2",
        "translation.variants.alternatives=1",
        "translation.confidence=unknown",
        "translation.confidence=round-trip",
        "translation.unknown_words=drop-captions",
        "translation.also=[{translator: identity}]",
        "model.text.options.ngram_dropout=0.1",
    ],
)
def test_what_is_used_of_translations_is_new_work(emoji: Suite, override: str) -> None:
    before = only(plan(emoji, "es", "nrccr"))
    assert training_key(only(plan(emoji, "es", "nrccr", None, override))) != training_key(before)


def test_a_recipe_that_uses_no_more_of_translations_has_the_key_that_it_had_before_it_could(emoji: Suite) -> None:
    unit = only(plan(emoji, "es", "translate-train"))
    assert unit.training is not None
    written = unit.training.recipe.model_dump(mode="json", exclude={"evaluation", "baseline", "baseline_options"})
    assert written["translation"] != {"translator": "file", "options": {}}
    written["translation"] = {"translator": "file", "options": {}}
    del written["reference"], written["training"]["checkpoint_seconds"]
    for later in ("micro_batch", "length_buckets", "gradient_checkpointing", "compile"):
        del written["training"][later]
    found = plugins()
    used = components_of(unit.recipe, found.registry)
    versions = {
        row.distribution: row.version for row in found.rows if row.distribution in {c.distribution for c in used}
    }
    dataset = build_dataset(unit.recipe, found.registry)
    translator = build_translator(unit.recipe, dataset, found.registry)
    data = {"dataset": dataset.fingerprint(), "translator": translator.fingerprint()}
    assert training_key(unit) == hash_of([written, ("es",), 0, data, versions])


def test_changed_translations_of_a_further_translator_are_new_work(emoji: Suite, tmp_path: Path) -> None:
    table, keys = tmp_path / "more.csv", set()
    for word in ("gato", "minino"):
        table.write_text(f"source_lang,target_lang,text,translation\nen,es,cat,{word}\n")
        also = f"translation.also=[{{translator: file, options: {{path: {table}}}}}]"
        keys.add(training_key(only(plan(emoji, "es", "nrccr", None, also))))
    assert len(keys) == 2


def test_another_choice_of_galleries_is_a_record_of_the_same_training(emoji: Suite) -> None:
    tested = only(plan(emoji, "es", "nrccr"))
    chosen = only(plan(emoji, "es", "nrccr", None, "evaluation.galleries=[val]"))
    assert chosen.key != tested.key
    assert training_key(chosen) == training_key(tested)
    with pytest.raises(UsageError, match="unknown gallery of protocol 'cross-design' 'vall'; did you mean 'val'"):
        plan(emoji, "es", "nrccr", None, "evaluation.galleries=[vall]")


@pytest.mark.parametrize("override", ["variants.routes=2", "variants.alternatives=1", "also=[{translator: identity}]"])
def test_further_translations_of_queries_are_another_record_of_the_same_training(emoji: Suite, override: str) -> None:
    plain = only(plan(emoji, "es", "nrccr"))
    more = only(plan(emoji, "es", "nrccr", None, f"evaluation.{override}"))
    assert more.key != plain.key
    assert training_key(more) == training_key(plain)


def test_without_a_way_back_there_is_no_confidence_by_round_trips(emoji: Suite) -> None:
    with pytest.raises(UsageError, match="no translation route from sc back to en, so no confidence by round trips"):
        plan(emoji, "sc", "translate-train", None, "translation.confidence=round-trip")
