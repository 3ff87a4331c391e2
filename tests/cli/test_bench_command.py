from __future__ import annotations

import csv
import json
import shutil
import textwrap
from pathlib import Path
from typing import Any

import pytest
from processes import Crossret
from small_data import Small

from .conftest import EPOCHS, Run


def records(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in (folder / "records").glob("*/*.json")}


def stamps(folder: Path) -> dict[Path, int]:
    kept = [*records(folder).values(), *(folder / "trainings").rglob("model.safetensors")]
    return {path: path.stat().st_mtime_ns for path in kept}


def scores(path: Path) -> Any:
    return json.loads(path.read_text())["scores"]


def units(folder: Path) -> set[tuple[str, str, int]]:
    found = [json.loads(path.read_text())["unit"] for path in records(folder).values()]
    return {(unit["method"], unit["language"], unit["seed"]) for unit in found}


@pytest.fixture
def copy(run: Run, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run.folder, tmp_path / "copy"))


# --- what a run leaves ---------------------------------------------------------------------------------------------


def test_the_leaderboard_is_printed_and_lies_beside_the_records(run: Run) -> None:
    assert run.ended.out.startswith("shapes: shapes/plain, gallery test")
    for method in ("source-only", "translate-test", "translate-train", "all-terms-fused"):
        assert f" {method} " in run.ended.out
    tables = run.folder / "leaderboard"
    assert {path.name for path in tables.iterdir()} == {"shapes.md", "shapes.csv", "shapes.json"}
    rows = json.loads((tables / "shapes.json").read_text())["tables"][0]["rows"]
    printed = {row[0]["text"]: row[1]["text"] for row in rows}
    with (tables / "shapes.csv").open(newline="") as file:
        assert {row["method"] for row in csv.DictReader(file)} == set(printed)
    for method, score in printed.items():
        assert f"{method} | {score}" in " ".join((tables / "shapes.md").read_text().replace("*", "").split())
        assert score in next(line for line in run.ended.out.splitlines() if line.strip().startswith(f"{method} "))


def test_units_that_share_a_training_train_once(run: Run) -> None:
    assert len(units(run.folder)) == 6
    assert len(list((run.folder / "trainings").rglob("model.safetensors"))) == 4


def test_a_finished_training_leaves_no_resumable_state(run: Run) -> None:
    assert not list(run.folder.rglob("state.safetensors"))


def test_only_the_tables_go_to_stdout_and_the_log_is_short(run: Run) -> None:
    log = run.ended.err.splitlines()
    assert log[-1].startswith(f"records: {run.folder}")
    assert sum("shapes/plain/es/" in line for line in log) == 6
    assert len(log) <= 6 + 3
    assert "\x1b" not in run.ended.out + run.ended.err


# --- going on ------------------------------------------------------------------------------------------------------


def test_a_second_run_computes_nothing_and_prints_the_same(crossret: Crossret, run: Run) -> None:
    before = stamps(run.folder)
    again = crossret("bench", *run.options, "--out", run.folder)
    assert again.code == 0
    assert again.out == run.ended.out
    assert stamps(run.folder) == before
    assert again.err.splitlines()[0] == "6 of 6 units are finished already; nothing to do"


def test_fresh_computes_anew_what_is_asked_for_to_the_same_figures(crossret: Crossret, run: Run, copy: Path) -> None:
    before, figures = stamps(copy), {name: scores(path) for name, path in records(copy).items()}
    words = (run.options[0], "--lang", "es", "--method", "source-only,translate-test", *run.options[-2:])
    again = crossret("bench", *words, "--out", copy, "--fresh")
    assert again.code == 0, again.err
    after = stamps(copy)
    assert after.keys() == before.keys()
    renewed = {path for path in before if after[path] > before[path]}
    assert {path.name.split("--")[0] for path in renewed} == {"source-only", "translate-test", "model.safetensors"}
    assert len(renewed) == 3
    assert {name: scores(path) for name, path in records(copy).items()} == figures


def test_a_damaged_record_is_computed_again(crossret: Crossret, run: Run, copy: Path) -> None:
    before = stamps(copy)
    damaged = next(path for name, path in records(copy).items() if name.startswith("translate-test--"))
    damaged.write_text(damaged.read_text()[:100])
    again = crossret("bench", *run.options, "--out", copy)
    assert again.code == 0
    assert again.err.splitlines()[0] == "5 of 6 units are finished already; going on with the rest"
    changed = {path.name for path, stamp in stamps(copy).items() if stamp != before[path]}
    assert changed == {damaged.name}, "the model was still there"


def test_records_of_other_runs_in_the_folder_disturb_nothing(crossret: Crossret, run: Run, copy: Path) -> None:
    other = copy / "records" / "another-suite"
    other.mkdir()
    (other / "half.json").write_text('{"schema_version": 1')
    (copy / "records" / "shapes" / ".x.json.1234").write_text("half of a")
    again = crossret("bench", *run.options, "--out", copy)
    assert again.code == 0
    figures, of_first = (ended.out.partition("Printed by: ")[0] for ended in (again, run.ended))
    assert figures == of_first
    assert crossret("bench", *run.options, "--out", copy, "--dry-run").code == 0


# --- what is selected ----------------------------------------------------------------------------------------------


def test_methods_languages_seeds_and_settings_select(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    words = ("--method", "lexical,source-only", "--lang", "es, zz", "--seeds", 2)
    ended = crossret("bench", small.suite, *words, "--set", "training.epochs=1", "--out", tmp_path)
    assert ended.code == 0, ended.err
    trained = {("source-only", lang, seed) for lang in ("es", "zz") for seed in (0, 1)}
    assert units(tmp_path) == trained | {("lexical", "es", 0), ("lexical", "zz", 0)}, "a baseline has no seeds"
    for path in records(tmp_path).values():
        record = json.loads(path.read_text())
        assert record["recipe"]["training"]["epochs"] == 1
        assert record["command"].startswith("crossret bench ")
        assert "--set training.epochs=1" in record["command"]


def test_a_suite_of_ones_own_may_extend_another(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    suite = tmp_path / "mine.yaml"
    suite.write_text(
        textwrap.dedent(f"""
            extends: {small.suite}
            languages: [es]
            recipe: {{training: {{epochs: 1}}}}
            methods:
              all-terms: null
              all-terms-fused: null
              no-cycle: null
              mine:
                label: my own
                extends: translate-train
                recipe: {{model: {{common: 16}}}}
        """)
    )
    ended = crossret("bench", suite, "--method", "translate-train,mine", "--out", tmp_path / "out")
    assert ended.code == 0, ended.err
    assert " my own " in ended.out
    assert (tmp_path / "out" / "leaderboard" / "mine.csv").exists()
    widths = [json.loads(p.read_text())["recipe"]["model"]["common"] for p in records(tmp_path / "out").values()]
    assert sorted(widths) == [16, 32]
    assert "unknown method 'no-cycle'" in crossret("bench", suite, "--method", "no-cycle", "--dry-run").line


# --- dry run -------------------------------------------------------------------------------------------------------


def test_a_dry_run_lists_units_and_an_estimate_and_writes_nothing(
    crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    ended = crossret("bench", small.suite, "--dry-run", "--out", tmp_path / "out")
    assert ended.code == 0, ended.err
    assert "12 units in 9 jobs; 12 units to do" in ended.out
    assert "estimate (from what components say of themselves): " in ended.out
    assert not (tmp_path / "out").exists()


def test_a_dry_run_says_what_is_done(crossret: Crossret, run: Run) -> None:
    ended = crossret("bench", run.options[0], *run.options[-2:], "--lang", "es", "--dry-run", "--out", run.folder)
    rows = [line for line in ended.out.splitlines() if f" {EPOCHS} " in line or "lexical" in line]
    state = {row.split()[0].rstrip(","): "done" if " done" in row else "to do" for row in rows}
    assert state == {
        "nothing": "to do",
        "source-only": "done",
        "translate-train": "done",
        "all-terms": "done",
        "no-cycle": "done",
    }
    assert "7 units in 5 jobs; 1 units to do" in ended.out


def test_a_dry_run_measures_by_what_has_finished(crossret: Crossret, run: Run) -> None:
    ended = crossret("bench", *run.options, "--seeds", 2, "--dry-run", "--out", run.folder)
    assert "estimate (from finished units): " in ended.out


def test_a_language_without_a_way_back_has_no_english_queries_and_no_cycle_term(crossret: Crossret) -> None:
    ended = crossret("bench", "--lang", "es,sc", "--dry-run")
    assert ended.code == 0, ended.err
    plan, left_out = ended.out.split("Left out")
    skipped = {line.split()[0] for line in left_out.splitlines() if " sc " in line}
    assert skipped == {"translate-test", "translate-train-fused", "nrccr-fused", "nrccr-published-fused"}
    assert "no translation route from sc back to en" in left_out
    rows = {(line.split()[0].rstrip(","), " sc " in line): line for line in plan.splitlines() if "nrccr" in line}
    assert "similarity+feature+adversarial (without cycle)" in rows["nrccr", True]
    assert "cycle+adversarial" in rows["nrccr", False]
    assert "without" not in rows["nrccr", False]
