"""What cannot be meant is told in one line, with exit code 2, before anything is computed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from processes import Crossret
from small_data import Small

from .conftest import Run

BENCH = "bench {suite} --out {out} "


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("benhc", r"unknown command 'benhc'; did you mean 'bench'\?"),
        ("bench emojy", r"unknown suite 'emojy'; did you mean 'emoji'\?"),
        ("bench none.yaml", r"none\.yaml: no such file"),
        (BENCH + "--langs es", r"No such option '?--langs'?.* '?--lang'?"),
        (BENCH + "--method sorce-only", r"unknown method 'sorce-only'; did you mean 'source-only'\?"),
        (BENCH + "--lang ess", r"unknown test language 'ess'; did you mean 'es'\?"),
        (BENCH + "--set training.epoch=3", r"suite 'shapes', method '.+': unknown key 'training\.epoch'; .*'epochs'\?"),
        (BENCH + "--set training.epochs=many", r"training\.epochs: .*integer.*, found 'many'"),
        (BENCH + "--set training.epochs=0", r"training\.epochs: .*greater than or equal to 1, found 0"),
        (BENCH + "--set training.epochs", r"--set 'training\.epochs': expected key=value"),
        (BENCH + "--set data.dataset=shape", r"unknown dataset 'shape'; did you mean 'shapes'\?"),
        (BENCH + "--set data.protocol=plane", r"unknown shapes protocol 'plane'; did you mean 'plain'\?"),
        (BENCH + "--set model.text.encoder=subword-tny", r"unknown text-encoder .*did you mean 'subword-tiny'\?"),
        (BENCH + "--set model.visual.backbone=timm", r"unknown visual-backbone 'timm'; did you mean 'timm:MODEL'\?"),
        (BENCH + "--set objective.source.loss=infonc", r"unknown loss 'infonc'; did you mean 'infonce'\?"),
        (
            BENCH + "--set translation.options.bath=x",
            r"unknown option of translator 'file' 'bath'; did you mean 'path'",
        ),
        (BENCH + "--set model.visual.options.sise=3", r"unknown option of visual-backbone 'hog' 'sise'"),
        (BENCH + "--set model.text.options.bukets=3", r"option of text-encoder 'subword-tiny' 'bukets'; did you mean "),
        (
            BENCH + "--method source-only --set objective.source.options.temprature=1",
            r"option of loss 'infonce' 'temprature'; did you mean 'temperature'\?",
        ),
        (
            BENCH + "--set model.text.encoder=hf:x --set model.text.options.train_layer=none",
            r"option of text-encoder 'hf' 'train_layer'; did you mean 'train_layers'\?",
        ),
        (BENCH + "--executor procs", r"unknown executor 'procs'; did you mean 'processes'\?"),
        (BENCH + "--executor inline --workers 3", r"executor 'inline': .*workers=3 is not possible; use 'processes'"),
        (BENCH + "--workers 0", r"'--workers': 0 is not in the range x>=1"),
        (BENCH + "--memory 5MX", r"'--memory': expected a size such as 512MB or 2GiB, found '5MX'"),
        (
            BENCH + "--set evaluation.memory_mb=much",
            r"evaluation\.memory_mb: expected a size such as 512MB .*, found 'much'",
        ),
        (BENCH + "--device cdua", r"unknown device 'cdua'; did you mean 'cuda'\?"),
        (
            BENCH + "--method translate-test --lang zz",
            r"nothing can be computed \(translate-test in zz: no ",
        ),
        ("train all-trems --suite {suite} --lang es --out {out}", r"unknown method .*did you mean 'all-terms'\?"),
        ("train lexical --suite {suite} --lang es --out {out}", r"method 'lexical' is a baseline: there is nothing to"),
        ("recipe show {suite} --method foo", r"unknown method 'foo'; known: all-terms, "),
        ("components --kind loses", r"unknown kind of component 'loses'; did you mean 'loss'\?"),
        ("components --format ltx", r"unknown renderer 'ltx'; did you mean 'latex'\?"),
        ("data show emojy", r"unknown dataset 'emojy'; did you mean 'emoji'\?"),
        ("data show emoji --protocol cros", r"unknown emoji protocol 'cros'; did you mean 'cross-"),
        ("leaderboard nowhere", r"'nowhere' does not exist"),
    ],
)
def test_one_line_names_what_is_wrong_and_the_nearest(
    words: str, pattern: str, crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ended = crossret(*(word.format(suite=small.suite, out=out) for word in words.split()))
    assert ended.code == 2
    assert re.search(pattern, ended.line), ended.line
    assert ended.out == ""
    assert not out.exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_device_that_the_machine_lacks_is_told_before_anything_starts(
    crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    ended = crossret("bench", small.suite, "--device", "cuda", "--out", tmp_path / "out")
    assert (ended.code, ended.out) == (2, "")
    assert ended.line == "device 'cuda': this machine has no usable CUDA device; try --device cpu"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "pattern"),
    [
        ("languages: [es]\nmethods:\n  a: {recipe: {}\n", r"mine\.yaml\S*, line 4"),
        ("languages: [es]\n\tmethods: 3\n", r"mine\.yaml\S*, line 2"),
        ("- a\n", r"mine\.yaml: expected a mapping of keys to values, found a list"),
        ("langages: [es]\nmethods: {a: {}}\n", r"mine\.yaml: unknown key 'langages'; did you mean 'languages'\?"),
        ("languages: [es]\nmethods: {a: {extends: b}}\n", r"mine\.yaml: .*method 'a' extends 'b'"),
        ("languages: [es]\nmethods: {a: 3}\n", r"mine\.yaml: methods\.a: .*, found 3"),
        ("extends: mine.yaml\n", r"suites extend one another in a circle: mine\.yaml → mine\.yaml"),
    ],
)
def test_a_malformed_suite_is_told_with_file_and_place(
    content: str, pattern: str, crossret: Crossret, tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text(content)
    ended = Crossret(tmp_path, crossret.cache, crossret.packages)("bench", "mine.yaml")
    assert ended.code == 2
    assert re.search(pattern, ended.line), ended.line


@pytest.mark.parametrize("command", ["leaderboard", "ablation", "scores", "search"])
def test_a_folder_without_records_is_told(command: str, crossret: Crossret, tmp_path: Path) -> None:
    words = ("search", "gato", "--lang", "es", "--out", tmp_path) if command == "search" else (command, tmp_path)
    ended = crossret(*words)
    assert f"{tmp_path}: no records here" in ended.line
    assert ended.code == 1


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("leaderboard {run} --gallery tset", r"unknown gallery 'tset'; did you mean 'test'\?"),
        ("leaderboard {run} --metric sum", r"unknown metric 'sum'; did you mean 'sumr'\?"),
        ("leaderboard {run} --baseline all-term", r"unknown .*'all-term'; did you mean 'all-terms'\?"),
        ("leaderboard {run} --lang fr", r"unknown language 'fr'; known: es"),
        ("leaderboard {run} --suite shape", r"unknown suite 'shape'; did you mean 'shapes'\?"),
        ("search azul --lang es --out {run} --gallery tset", r"unknown gallery 'tset'; did you mean 'test'\?"),
    ],
)
def test_what_the_records_do_not_have_is_told(words: str, pattern: str, crossret: Crossret, run: Run) -> None:
    ended = crossret(*(word.format(run=run.folder) for word in words.split()))
    assert ended.code == 2
    assert re.search(pattern, ended.line), ended.line


@pytest.mark.parametrize("lang", ["fr", "zz"])
def test_a_language_that_no_model_was_trained_for_is_told(lang: str, crossret: Crossret, run: Run) -> None:
    ended = crossret("search", "azul", "--lang", lang, "--out", run.folder)
    assert ended.code == 1
    assert ended.line == f"{run.folder}: no trained model for {lang!r}; there are models for: es"


def test_a_traceback_is_shown_when_it_is_asked_for(crossret: Crossret) -> None:
    ended = crossret("--debug", "bench", "emojy")
    assert ended.code == 2
    assert "Traceback" in ended.err
    assert ended.err.rstrip().splitlines()[-1].startswith("crossret: unknown suite")
