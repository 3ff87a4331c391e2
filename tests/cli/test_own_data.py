"""A folder of pictures and a table of captions, through the console: shown, verified, benched, evaluated on."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from processes import Crossret
from small_data import Small, read_table

from .conftest import EPOCHS, Run
from .test_model_commands import record_of


def write_folder(small: Small, root: Path, splits: tuple[str, ...]) -> Path:
    """The coloured shapes as data set ``folder``."""
    root.mkdir()
    (root / "images").symlink_to(small.data / "images")
    shutil.copy(small.data / "translations.csv", root / "translations.csv")
    _, rows = read_table(small.data / "captions.csv")
    kept = [(f"{split}-{subject}.png", lang, text, split) for _, subject, split, lang, text in rows if split in splits]
    lines = ["item\tlang\ttext\tsplit", *("\t".join(row) for row in kept)]
    (root / "captions.tsv").write_text("\n".join(lines), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def folder(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(small, tmp_path_factory.mktemp("own") / "shapes", ("train", "val", "test"))


@pytest.fixture(scope="module")
def for_testing(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(small, tmp_path_factory.mktemp("own") / "test-shapes", ("test",))


def table_of(document: str, number: int = 0) -> list[dict[str, str]]:
    table: dict[str, Any] = json.loads(document)["tables"][number]
    return [{c: cell["text"] for c, cell in zip(table["columns"], row, strict=True)} for row in table["rows"]]


def test_it_is_shown_and_verified(crossret: Crossret, folder: Path) -> None:
    shown = crossret("data", "show", "folder", "--option", f"root={folder}", "--format", "json")
    assert shown.code == 0, shown.err
    assert {row["what"]: row["count"] for row in table_of(shown.out, 1)} == dict.fromkeys(
        ("train items", "val items", "test items"), "24"
    )
    assert [row["lang"] for row in table_of(shown.out, 2)] == ["en", "es", "zz"]
    verified = crossret("data", "verify", "folder", "--option", f"root={folder}")
    assert (verified.code, verified.out) == (0, "folder: all files are in order\n")


def test_a_bench_trains_and_ranks_on_it(crossret: Crossret, small: Small, folder: Path, tmp_path: Path) -> None:
    data = {"dataset": "folder", "options": {"root": str(folder)}}
    content = {"extends": str(small.suite), "languages": ["es"], "recipe": {"data": data}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(content))
    words = ("bench", tmp_path / "own.yaml", "--method", "lexical,source-only,translate-train", "--executor", "inline")
    ended = crossret(*words, "--set", f"training.epochs={EPOCHS}", "--out", tmp_path / "out", timeout=600)
    assert ended.code == 0, ended.err
    records = [json.loads(path.read_text()) for path in (tmp_path / "out" / "records").rglob("*.json")]
    sumr = {record["unit"]["method"]: record["scores"][0]["sumr"] for record in records}
    assert set(sumr) == {"lexical", "source-only", "translate-train"}
    assert sumr["translate-train"] > sumr["source-only"]
    assert {record["unit"]["dataset"] for record in records} == {"folder"}


@pytest.mark.parametrize("query", ["target", "translated", "fused"])
def test_a_model_trained_on_other_data_is_evaluated_on_it(
    query: str, crossret: Crossret, run: Run, for_testing: Path
) -> None:
    """The pictures, captions and translations are those it was trained and tested on: so are the figures."""
    checkpoint = run.folder / "trainings" / record_of(run, "all-terms")["training_key"][:16]
    own = crossret("evaluate", checkpoint, "--lang", "es", "--query", query, "--format", "json")
    words = ("--data", "folder", "--data-option", f"root={for_testing}")
    other = crossret("evaluate", checkpoint, "--lang", "es", "--query", query, *words, "--format", "json")
    assert other.code == 0, other.err
    assert table_of(other.out) == table_of(own.out)
    assert "folder, es" in json.loads(other.out)["tables"][0]["title"]


def test_its_own_languages_count(crossret: Crossret, run: Run, for_testing: Path) -> None:
    checkpoint = run.folder / "trainings" / record_of(run, "all-terms")["training_key"][:16]
    words = ("--data", "folder", "--data-option", f"root={for_testing}")
    ended = crossret("evaluate", checkpoint, "--lang", "ess", *words)
    assert (ended.code, ended.line) == (2, "unknown test language 'ess'; did you mean 'es'?")


@pytest.mark.parametrize(
    "command", ["bench {suite} --method source-only", "train source-only --suite {suite} --lang es"]
)
def test_nothing_is_trained_on_data_for_testing_only(
    command: str, crossret: Crossret, small: Small, for_testing: Path, tmp_path: Path
) -> None:
    words = command.format(suite=small.suite).split()
    other = ("--set", "data.dataset=folder", "--set", f"data.options.root={for_testing}")
    ended = crossret(*words, *other, "--out", tmp_path / "out")
    assert ended.code == 2
    assert ended.line == (
        "method 'source-only': data set 'folder', protocol 'folder', is for testing only, nothing can be trained on "
        "it; train on another, then: crossret evaluate CHECKPOINT --data folder"
    )
    assert not (tmp_path / "out").exists()


def test_a_baseline_needs_no_training_data(crossret: Crossret, small: Small, for_testing: Path, tmp_path: Path) -> None:
    other = ("--set", "data.dataset=folder", "--set", f"data.options.root={for_testing}")
    ended = crossret("bench", small.suite, "--method", "lexical", "--lang", "es", *other, "--out", tmp_path / "out")
    assert ended.code == 0, ended.err


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("data verify folder --option root", r"'root': expected key=value"),
        ("data show folder --option rot=x", r"unknown option of dataset 'folder' 'rot'; did you mean 'root'"),
        ("data show folder", r"dataset 'folder': .*'root'"),
        ("data show folder --option root=x --option val=many", r"dataset 'folder': could not convert .*'many'"),
        ("data fetch folder --option root=x", r"data set 'folder' has nothing that could be fetched"),
        ("evaluate {run} --lang es --data foldr", r"unknown dataset 'foldr'; did you mean 'folder'"),
        ("evaluate {run} --lang es --protocol folder", r"name it with --data"),
        (
            "evaluate {run} --lang es --data folder --data-option root={data} --protocol x",
            r"unknown folder protocol 'x'",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(
    words: str, pattern: str, crossret: Crossret, run: Run, for_testing: Path
) -> None:
    checkpoint = run.folder / "trainings" / record_of(run, "all-terms")["training_key"][:16]
    ended = crossret(*(word.format(run=checkpoint, data=for_testing) for word in words.split()))
    assert ended.code == 2
    assert re.search(pattern, ended.line), ended.line
