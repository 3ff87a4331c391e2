"""Beside every model of a run lies a card whose figures are those of the records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from processes import Crossret

from .conftest import EPOCHS, Run

hub = pytest.importorskip("huggingface_hub")


def records_of(run: Run) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((run.folder / "records" / "shapes").glob("*.json")):
        record = json.loads(path.read_text())
        found.setdefault(record["training_key"][:16], []).append(record)
    return found


def cards(run: Run) -> dict[str, Path]:
    return {path.parent.name: path for path in run.folder.glob("trainings/*/README.md")}


def figures_of(record: dict[str, Any]) -> dict[tuple[str, str, str], float]:
    config = f"plain, es, {record['query']} queries"
    return {
        (config, scores["gallery"], f"{figure}_{direction}"): scores[direction][figure]
        for scores in record["scores"]
        for direction in ("t2v", "v2t")
        for figure in ("r1", "r5", "r10", "medr", "meanr", "map")
    }


def test_every_model_has_a_card_with_the_figures_of_its_records(run: Run) -> None:
    records, models = records_of(run), run.folder.glob("trainings/*/model.safetensors")
    assert cards(run).keys() == records.keys() == {path.parent.name for path in models}
    for key, path in cards(run).items():
        told = {
            (result.dataset_config, result.dataset_split, result.metric_type): result.metric_value
            for result in hub.ModelCard.load(path).data.eval_results
        }
        expected: dict[tuple[str, str, str], float] = {}
        for record in records[key]:
            expected |= figures_of(record)
        assert told == expected


def test_a_card_says_what_the_model_was_made_from(run: Run) -> None:
    (key,) = (key for key, found in records_of(run).items() if found[0]["unit"]["method"] == "translate-train")
    card = hub.ModelCard.load(cards(run)[key])
    record = records_of(run)[key][0]
    assert card.data.language == ["en", "es"]
    assert card.data.datasets == ["shapes"]
    assert "dataset shapes: CC0-1.0" in card.data.license_name
    # 24 captions, and no word of the translations stands in its source.
    assert "\n| es | 24 | en → es (file) | 0.0 % | 0.0 % |\n" in card.text
    assert (
        f"\n| epochs | {EPOCHS} of {EPOCHS} |\n| steps | {record['steps']}, kept: {record['best_step']} |\n"
        in card.text
    )
    assert f"Best validation: {record['best_validation']} at step" in card.text
    assert f"\n{record['command']}\n" in card.text
    for name, fingerprint in record["components"].items():
        assert f"\n| {name} | `{fingerprint}` |\n" in card.text


def test_the_command_of_a_card_finds_its_record(crossret: Crossret, run: Run) -> None:
    lines = [line for path in cards(run).values() for line in path.read_text().splitlines()]
    files = [line.removeprefix("crossret reproduce ") for line in lines if line.startswith("crossret reproduce ")]
    assert len(files) == 6
    assert all((run.folder / file).is_file() for file in files)
