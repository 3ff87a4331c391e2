from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from processes import Crossret
from safetensors.torch import load_file

from .conftest import EPOCHS, Run


def record_of(run: Run, method: str) -> dict[str, Any]:
    (path,) = (run.folder / "records" / "shapes").glob(f"{method}--es--*.json")
    record: dict[str, Any] = json.loads(path.read_text())
    return record


@pytest.fixture(scope="module")
def trained(crossret: Crossret, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The method of the run that has both a plain and a fused row, trained by hand."""
    out = tmp_path_factory.mktemp("by-hand")
    words = ("--suite", run.options[0], "--lang", "es", "--set", f"training.epochs={EPOCHS}", "--out", out)
    ended = crossret("train", "all-terms", *words)
    assert ended.code == 0, ended.err
    assert "best validation SumR" in ended.err
    return Path(ended.out.strip())


def test_a_model_trained_by_hand_is_that_of_the_bench(trained: Path, run: Run) -> None:
    assert trained.name == record_of(run, "all-terms")["training_key"][:16]
    folders = (trained, run.folder / "trainings" / trained.name)
    by_hand, of_bench = (load_file(folder / "model.safetensors") for folder in folders)
    assert by_hand.keys() == of_bench.keys()
    for name, weights in by_hand.items():
        torch.testing.assert_close(weights, of_bench[name], msg=name)


@pytest.mark.parametrize(("method", "query"), [("all-terms", "target"), ("all-terms-fused", "fused")])
def test_evaluated_by_hand_it_has_the_figures_of_the_record(
    method: str, query: str, crossret: Crossret, trained: Path, run: Run
) -> None:
    ended = crossret("evaluate", trained, "--lang", "es", "--query", query, "--format", "json")
    assert ended.code == 0, ended.err
    table = json.loads(ended.out)["tables"][0]
    rows = [{c: cell["text"] for c, cell in zip(table["columns"], row, strict=True)} for row in table["rows"]]
    (scores,) = record_of(run, method)["scores"]
    for row in rows:
        expected = scores[row["direction"]]
        assert row["R@1"] == f"{expected['r1']:.1f}"
        assert row["R@10"] == f"{expected['r10']:.1f}"
        assert row["MeanR"] == f"{expected['meanr']:.1f}"
        assert row["mAP"] == f"{expected['map']:.3f}"
        assert row["SumR"] == f"{scores['sumr']:.1f}"


def test_training_again_finds_the_model(crossret: Crossret, trained: Path, run: Run) -> None:
    before = (trained / "model.safetensors").stat().st_mtime_ns
    words = ("--suite", run.options[0], "--lang", "es", "--set", f"training.epochs={EPOCHS}")
    ended = crossret("train", "all-terms", *words, "--out", trained.parents[1])
    assert Path(ended.out.strip()) == trained
    assert (trained / "model.safetensors").stat().st_mtime_ns == before


def hits(document: str) -> list[dict[str, str]]:
    table = json.loads(document)["tables"][0]
    return [{c: cell["text"] for c, cell in zip(table["columns"], row, strict=True)} for row in table["rows"]]


def test_search_finds_the_right_picture(crossret: Crossret, trained: Path) -> None:
    ended = crossret("search", "aro azul", "--lang", "es", "--checkpoint", trained, "--top", 3, "--format", "json")
    assert ended.code == 0, ended.err
    found = hits(ended.out)
    assert len(found) == 3
    assert found[0]["item"] == "test-blue-circle"
    assert found[0]["shows"] == "blue circle"
    scores = [float(hit["score"]) for hit in found]
    assert scores == sorted(scores, reverse=True)
    assert -1 <= scores[-1] <= scores[0] <= 1


def test_search_takes_the_best_model_of_a_run_also_for_the_source_language(crossret: Crossret, run: Run) -> None:
    ended = crossret("search", "blue circle", "--lang", "en", "--out", run.folder)
    assert ended.code == 0, ended.err
    first = next(line for line in ended.out.splitlines() if line.strip().startswith("1 "))
    assert "test-blue-circle" in first
    best = max(
        (record_of(run, method) for method in ("translate-train", "all-terms", "no-cycle")),
        key=lambda record: record["best_validation"],
    )
    assert best["training_key"][:16] in ended.out


def test_the_memory_of_ranks_can_be_chosen_and_must_hold_one_score(crossret: Crossret, trained: str) -> None:
    whole, tiles, none = (
        crossret("evaluate", trained, "--lang", "es", "--format", "json", *given)
        for given in ((), ("--memory", "20KB"), ("--memory", "0.1KB"))
    )
    assert whole.code == tiles.code == 0, tiles.err
    assert hits(tiles.out) == hits(whole.out)
    assert none.code == 2
    assert none.line.startswith("a memory budget of 0.1KB is too small for one tile of scores; embeddings of width 32 ")
