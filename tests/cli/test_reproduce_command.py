"""A record is computed anew from itself, and what was altered in it is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from processes import Crossret, Ended

from .conftest import Run

METHOD = "source-only"


@pytest.fixture
def record(run: Run, tmp_path: Path) -> Path:
    """A record and its ranks, copied away from the folder of the run and its trained models."""
    (path,) = (run.folder / "records" / "shapes").glob(f"{METHOD}--es*.json")
    for file in (path, path.with_suffix(".npz")):
        shutil.copy(file, tmp_path)
    return tmp_path / path.name


def alter(record: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(record.read_text())
    change(content)
    record.write_text(json.dumps(content))


def outcomes(ended: Ended) -> dict[str, str]:
    """Outcome by check, of the first table."""
    table = json.loads(ended.out)["tables"][0]
    return {row[0]["text"]: row[-1]["text"] for row in table["rows"]}


def test_a_record_is_reproduced_from_itself_alone(crossret: Crossret, record: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    ended = crossret("reproduce", record, "--out", out, "--format", "json")
    assert ended.code == 0, ended.err
    assert "reproduced: 1 of 1 records" in ended.err
    assert set(outcomes(ended).values()) == {"same"}
    checks, figures = json.loads(ended.out)["tables"]
    assert checks["command"].startswith(f"crossret reproduce {record}")
    assert figures["notes"][0].startswith("Identical: the largest difference of a figure is 0 points, 0 queries")
    assert {row[-1]["text"] for row in figures["rows"]} == {"0 of 24"}
    assert len(list(out.glob("trainings/*/model.safetensors"))) == 1, "trained anew, and kept"
    refused = crossret("reproduce", record, "--out", out)
    assert (refused.code, refused.line.partition(": ")[2]) == (
        2, "is not empty; what lies there could be taken for what is to be computed"
    )  # fmt: skip


def test_other_figures_than_those_computed_are_found(crossret: Crossret, record: Path) -> None:
    def raise_r1(content: dict[str, Any]) -> None:
        content["scores"][0]["t2v"]["r1"] += 12.5

    alter(record, raise_r1)
    record.with_suffix(".npz").unlink()
    ended = crossret("reproduce", record, "--format", "md", "--executor", "inline")
    assert ended.code == 1
    assert ended.line == f"not reproduced: {record}: figures differ by up to 12.50 points"
    assert "ranks could not be compared" in ended.out


def test_all_that_differs_is_found_without_computing(crossret: Crossret, record: Path) -> None:
    def change_much(content: dict[str, Any]) -> None:
        content["data_hash"] = "0123456789abcdef"
        content["components"]["text-encoder"] = "other"
        content["recipe"]["training"]["learning_rate"] = 0.5
        content["scores"][0]["v2t"]["r5"] = 99.0
        content["environment"]["versions"]["torch"] = "1.0"

    alter(record, change_much)
    ended = crossret("reproduce", record, "--check-only", "--format", "json")
    assert {name for name, outcome in outcomes(ended).items() if outcome != "same"} == {
        "torch", "figures follow from ranks", "data and translations (hash)", "text-encoder", "everything (key)"
    }  # fmt: skip
    assert (ended.code, ended.line) == (1, f"{record}: torch differs (and 4 more)")


def test_a_component_that_is_not_here_is_missing(crossret: Crossret, record: Path) -> None:
    ended = crossret("reproduce", record, "--format", "json", CROSSRET_LOAD_PLUGINS="crossret")
    found = outcomes(ended)
    assert (found["plugin shapes-plugin"], found["data and components"]) == ("missing", "missing")
    assert ended.code == 1
    assert ended.line.startswith(f"not reproduced: {record}: unknown dataset 'shapes'")


def test_a_record_of_another_schema_is_refused(crossret: Crossret, record: Path) -> None:
    alter(record, lambda content: content.update(schema_version=0))
    ended = crossret("reproduce", record)
    assert (ended.code, ended.line) == (1, f"{record}: record of schema version 0; this crossret reads version 1")
