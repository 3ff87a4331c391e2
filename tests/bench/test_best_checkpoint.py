from __future__ import annotations

from pathlib import Path

import pytest

from crossret.bench.asking import best_checkpoint
from crossret.bench.checkpoints import MODEL_FILE
from crossret.bench.folders import training_folder
from crossret.bench.plan import Selection, make_plan
from crossret.errors import DataError
from crossret.plugins import plugins
from crossret.recipe.reading import read_suite
from crossret.results.record import Cost, Environment, Record
from crossret.results.store import Stored


def stored(out: Path, validation: dict[tuple[str, str], float], models: bool = True) -> list[Stored]:
    """Records of methods and languages with their validation scores, and the files of their models."""
    found = []
    for (method, language), score in validation.items():
        (unit,) = make_plan(read_suite("emoji"), Selection((language,), (method,), 1), plugins()).units
        assert unit.training is not None
        record = Record(
            key=unit.key,
            training_key=unit.training.key,
            unit=unit.id,
            suite="emoji",
            label=method,
            group=unit.group,
            query="target",
            recipe=unit.recipe.model_dump(mode="json"),
            components={},
            data_hash="d",
            environment=Environment(device="cpu", threads=1, precision="no", versions={}, plugins={}),
            best_validation=score,
            scores=(),
            cost=Cost(training_seconds=1.0, evaluation_seconds=1.0, peak_memory_mb=1.0),
            ranks_file="",
            command="",
            finished="2025-01-01T00:00:00+00:00",
        )
        found.append(Stored(record, out / f"{method}.json"))
        if models:
            folder = training_folder(out, record.training_key)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / MODEL_FILE).touch()
    return found


def chosen(out: Path, records: list[Stored], language: str) -> tuple[str, str]:
    folder = best_checkpoint(out, records, language, plugins().registry)
    unit = next(s.record.unit for s in records if training_folder(out, s.record.training_key) == folder)
    return unit.method, unit.language


def test_the_best_validated_model_of_the_language(tmp_path: Path) -> None:
    records = stored(
        tmp_path,
        {("translate-train", "es"): 100, ("nrccr", "es"): 120, ("nrccr", "fr"): 500, ("source-only", "es"): 300},
    )
    assert chosen(tmp_path, records, "es") == ("nrccr", "es"), "one that was trained for it goes first"
    assert chosen(tmp_path, records, "fr") == ("nrccr", "fr")


def test_the_oracle_is_chosen_only_if_there_is_no_other(tmp_path: Path) -> None:
    records = stored(tmp_path, {("human", "es"): 500, ("translate-train", "es"): 100})
    assert chosen(tmp_path, records, "es") == ("translate-train", "es")
    assert chosen(tmp_path, records[:1], "es") == ("human", "es")


def test_any_model_reads_the_source_language(tmp_path: Path) -> None:
    records = stored(tmp_path, {("translate-train", "es"): 100, ("nrccr", "fr"): 120})
    assert chosen(tmp_path, records, "en") == ("nrccr", "fr")


def test_records_without_their_model_do_not_count(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no trained model for 'es'; there are models for: no language"):
        chosen(tmp_path, stored(tmp_path, {("nrccr", "es"): 1}, models=False), "es")
