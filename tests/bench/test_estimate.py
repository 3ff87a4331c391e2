from __future__ import annotations

import json
from pathlib import Path

import pytest

from crossret.bench.estimate import Estimate, estimate
from crossret.bench.plan import Selection, make_plan
from crossret.plugins import plugins
from crossret.recipe.reading import read_suite
from crossret.results.record import Cost, Environment, Record
from crossret.results.store import Store

# Seconds that one free core took for 36 epochs of one language, training alone.
MEASURED = {"source-only": 9.0, "translate-train": 14.0, "nrccr": 25.0, "nrccr-published": 24.0}


def estimated(out: Path, methods: str, *overrides: str, workers: int | None = 1, seeds: int | None = None) -> Estimate:
    found = plugins()
    plan = make_plan(read_suite("emoji"), Selection(("es",), tuple(methods.split()), seeds, overrides), found)
    return estimate(plan, out, found.registry, workers)


def seconds(out: Path, methods: str, *overrides: str) -> list[float]:
    return list(estimated(out, methods, *overrides).seconds.values())


@pytest.mark.parametrize("method", MEASURED)
def test_trainings_take_about_as_long_as_measured(method: str, tmp_path: Path) -> None:
    """The other job of the pair carries the visual features."""
    _, found = seconds(tmp_path, f"human {method}")
    assert MEASURED[method] / 1.5 < found < MEASURED[method] * 1.5


def test_cost_grows_with_epochs_samples_and_terms(tmp_path: Path) -> None:
    _, short = seconds(tmp_path, "human nrccr", "training.epochs=9")
    _, whole = seconds(tmp_path, "human nrccr")
    assert 3 < whole / short < 4
    _, captions = seconds(tmp_path, "human nrccr", "texts.per=caption")
    assert captions == whole, "a name is the one sentence of a concept"
    _, fewer = seconds(tmp_path, "human nrccr", "data.protocol=cross-concept")
    assert fewer < whole


def test_visual_features_are_computed_once(tmp_path: Path) -> None:
    first, second = seconds(tmp_path, "translate-train human")
    again, before = seconds(tmp_path, "human translate-train")
    assert first - before == pytest.approx(again - second)
    assert first - before > 1


def test_a_clip_costs_its_decoding_and_the_backbone_for_each_of_its_frames(tmp_path: Path) -> None:
    """Features of a backbone that does not train; the tower for frames costs more in training, too."""
    picture, _ = seconds(tmp_path, "human translate-train", "training.epochs=1")
    hog, _ = seconds(tmp_path, "human translate-train", "training.epochs=1", "model.visual.backbone=clips:hog")
    heavy, _ = seconds(
        tmp_path, "human translate-train", "training.epochs=1", "model.visual.backbone=clips:timm:resnet18"
    )
    assert hog > picture + 100
    assert heavy > hog + 100


TRAINED = {
    "cnn-tiny": ("model.visual.backbone=cnn-tiny",),
    "resnet18": ("model.visual.backbone=timm:resnet18", "model.visual.options.trains=true"),
}


@pytest.mark.parametrize("name", TRAINED)
def test_a_backbone_that_trains_is_computed_in_every_epoch_of_every_job(name: str, tmp_path: Path) -> None:
    few, many = (seconds(tmp_path, "translate-train human", *TRAINED[name], f"training.epochs={n}") for n in (9, 36))
    assert few[0] == few[1], "nothing is shared"
    assert 3 < many[0] / few[0] < 4.1


def test_fine_tuning_costs_more_than_frozen_features(tmp_path: Path) -> None:
    frozen, again = seconds(tmp_path, "translate-train human", *TRAINED["resnet18"][:1])
    tuned, _ = seconds(tmp_path, "translate-train human", *TRAINED["resnet18"])
    assert tuned > 10 * (frozen - again)


def test_workers_share_the_work_but_not_the_memory(tmp_path: Path) -> None:
    one, two = (estimated(tmp_path, "source-only translate-train nrccr", workers=n) for n in (1, 2))
    assert two.wall_seconds < one.wall_seconds
    assert two.wall_seconds >= max(two.seconds.values())
    assert 1.5 < two.memory_mb / one.memory_mb <= 2
    assert two.memory_mb < 2048


def record_of(out: Path, method: str, epochs: int, training: float) -> None:
    plan = make_plan(read_suite("emoji"), Selection(("es",), (method,), 1, (f"training.epochs={epochs}",)), plugins())
    (unit,) = plan.units
    record = Record(
        key=unit.key,
        training_key="t",
        unit=unit.id,
        suite="emoji",
        label=method,
        query="target",
        recipe=unit.recipe.model_dump(mode="json"),
        components={},
        data_hash="d",
        environment=Environment(device="cpu", threads=1, precision="no", versions={}, plugins={}),
        scores=(),
        cost=Cost(training_seconds=training, evaluation_seconds=2.0, peak_memory_mb=1.0),
        ranks_file="",
        command="",
        finished="2025-01-01T00:00:00+00:00",
    )
    Store(out).write(record, {})


def test_finished_units_tell_better_than_components(tmp_path: Path) -> None:
    record_of(tmp_path, "nrccr", 36, training=100.0)
    found = estimated(tmp_path, "nrccr", seeds=2)
    assert found.measured
    assert list(found.seconds.values()) == [102.0], "the other seed is done"


def test_units_of_another_length_tell_nothing(tmp_path: Path) -> None:
    record_of(tmp_path, "nrccr", 2, training=100.0)
    assert not estimated(tmp_path, "nrccr").measured


def test_what_is_done_costs_nothing(tmp_path: Path) -> None:
    record_of(tmp_path, "nrccr", 36, training=1.0)
    found = estimated(tmp_path, "nrccr")
    assert (found.seconds, found.wall_seconds) == ({}, 0.0)


def test_damaged_records_of_the_folder_are_passed_over(tmp_path: Path) -> None:
    record_of(tmp_path, "nrccr", 36, training=100.0)
    (path,) = tmp_path.rglob("*.json")
    (path.parent / "half.json").write_text(json.dumps({"schema_version": 1}))
    assert estimated(tmp_path, "nrccr", seeds=2).measured
