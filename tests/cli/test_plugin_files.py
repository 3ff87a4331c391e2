"""Plugins that are one file: named on the command line or by the environment, never found by chance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from processes import Crossret, Ended
from small_data import Small

LOSS = """\
import torch
from torch import nn


class MyLoss(nn.Module):
    views = frozenset(("visual", "target"))

    def __init__(self, context, margin=0.2):
        super().__init__()
        self.margin = margin

    def forward(self, views):
        scores = views.embeddings["visual"] @ views.embeddings["target"].T
        return (self.margin + scores - scores.diag()).clamp(min=0).mean()


def register_losses(register):
    register("my-loss", MyLoss)
"""
BASELINE = """\
import numpy as np


class Chance:
    def fingerprint(self):
        return "chance"

    def embed(self, captions, descriptions):
        draw = np.random.default_rng(0)
        return [draw.normal(size=(len(texts), 4)).astype("float32") for texts in (captions, descriptions)]


def register_baselines(register):
    register("chance", "Chance")
"""
COMMAND = """\
import click


@click.command()
def hello():
    click.echo("hello from a file")


def register_commands(cli):
    cli.add_command(hello)
"""


def bench(crossret: Crossret, small: Small, out: Path, *words: object) -> Ended:
    return crossret("bench", small.suite, "--lang", "es", "--set", "training.epochs=1", "--out", out, *words)


def records(out: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(out.glob("records/*/*.json"))]


def with_loss(file: Path) -> tuple[object, ...]:
    return "--method", "translate-train", "--set", "objective.target.loss=my-loss", "--plugin", file


def test_a_loss_in_a_file_is_trained_by_worker_processes_and_named_by_the_record(
    crossret: Crossret, small: Small, tmp_path: Path
) -> None:
    file, out = tmp_path / "my_loss.py", tmp_path / "out"
    file.write_text(LOSS)
    ended = bench(crossret, small, out, *with_loss(file))
    assert ended.code == 0, ended.err
    (first,) = records(out)
    version = first["environment"]["plugins"]["my_loss.py:my_loss"]
    assert version.startswith("sha256-")
    assert f"--plugin {file}" in first["command"]

    again = bench(crossret, small, out, *with_loss(file))
    assert "1 of 1 units are finished already" in again.err

    file.write_text(LOSS.replace("margin=0.2", "margin=0.3"))
    changed = bench(crossret, small, out, *with_loss(file))
    assert changed.code == 0, changed.err
    assert len(records(out)) == 2
    keys = {(r["training_key"], r["environment"]["plugins"]["my_loss.py:my_loss"]) for r in records(out)}
    assert len(dict(keys)) == 2
    assert {version} < {version for _, version in keys}


def test_a_file_that_is_moved_is_no_new_work(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        (folder / "my_loss.py").write_text(LOSS)
        ended = bench(crossret, small, out, *with_loss(folder / "my_loss.py"))
        assert ended.code == 0, ended.err
    assert len(records(out)) == 1


def test_a_baseline_in_a_file_that_changes_is_new_work(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    file, out = tmp_path / "chance.py", tmp_path / "out"
    words = ("--method", "lexical", "--set", "baseline=chance", "--plugin", file)
    for program in (BASELINE, BASELINE, BASELINE.replace("rng(0)", "rng(1)")):
        file.write_text(program)
        ended = bench(crossret, small, out, *words)
        assert ended.code == 0, ended.err
    assert len(records(out)) == 2


def test_a_file_in_the_working_folder_is_loaded_only_when_it_is_asked_for(crossret: Crossret, tmp_path: Path) -> None:
    here = Crossret(tmp_path, crossret.cache)
    (tmp_path / "crossret_plugins.py").write_text(BASELINE)
    (tmp_path / "other.py").write_text(LOSS)
    kinds = ("components", "--format", "csv")
    assert "chance" not in here(*kinds).out
    assert "chance" in here(*kinds, "--plugin", ".").out
    assert "chance" in here(*kinds, "--plugin", "crossret_plugins.py").out
    both = here(*kinds, CROSSRET_PLUGIN_FILES=".:other.py").out
    assert "chance" in both
    assert "my-loss" in both


def test_a_command_of_a_file(crossret: Crossret, tmp_path: Path) -> None:
    file = tmp_path / "greeting.py"
    file.write_text(COMMAND)
    assert crossret("--plugin", file, "hello").out == "hello from a file\n"
    assert crossret("hello", CROSSRET_PLUGIN_FILES=str(file)).out == "hello from a file\n"


BROKEN = {
    "raises": ("import json\n\n1 / 0\n", "broken.py:3: ZeroDivisionError: division by zero"),
    "syntax": ("import json\ndef broken(:\n", "broken.py:2: SyntaxError: invalid syntax"),
    "missing": ("\nimport nobody_has_it\n", "broken.py:2: ModuleNotFoundError: No module named 'nobody_has_it'"),
    "hook": (
        "def register_losess(register): ...\n",
        "broken.py:1: unknown hook 'register_losess'; did you mean 'register_losses'?",
    ),
    "in the hook": (
        "def register_losses(register):\n    raise OSError('disk')\n",
        "broken.py:2: OSError: disk",
    ),
    "argument": (
        "\n\ndef register_losses(registry): ...\n",
        "broken.py:3: hook 'register_losses' takes (registry); expected (register)",
    ),
    "no such class": (
        "class MyLoss: ...\n\ndef register_losses(register):\n    register('mine', 'MyLos')\n",
        "broken.py:4: unknown name in broken.py 'MyLos'; did you mean 'MyLoss'?",
    ),
    "taken": (
        "class A: ...\n\ndef register_losses(register):\n    register('triplet', A)\n",
        "broken.py:4: loss 'triplet' is registered twice: by plugin 'losses' (crossret) and by plugin 'broken' "
        "(broken.py)",
    ),
    "instance": (
        "class A: ...\n\ndef register_losses(register):\n    register('mine', A())\n",
        "is no class or function at the top level of a file",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_ends_the_command_in_one_line_that_names_the_place(
    crossret: Crossret, small: Small, tmp_path: Path, what: str
) -> None:
    program, said = BROKEN[what]
    here = Crossret(tmp_path, crossret.cache, crossret.packages)
    (tmp_path / "broken.py").write_text(program)
    ended = here("bench", small.suite, "--plugin", "broken.py")
    assert ended.code == 1
    assert said in ended.line
    assert ended.line.startswith("plugin file broken.py:")
    listed = here("plugins", "--plugin", "broken.py", "--format", "csv")
    assert listed.code == 0, listed.err


def test_a_broken_file_of_the_environment_is_a_row(crossret: Crossret, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("1 / 0\n")
    files = f"{tmp_path / 'broken.py'}:{tmp_path / 'gone.py'}"
    ended = crossret("plugins", "--format", "csv", CROSSRET_PLUGIN_FILES=files)
    assert ended.code == 0, ended.err
    assert "ZeroDivisionError" in ended.out
    assert "no such file" in ended.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone.py", "does not exist"),
        ("notes.txt", "expected a Python file"),
        (".", "crossret_plugins.py: no such file"),
    ],
)
def test_what_is_no_plugin_file_is_refused(crossret: Crossret, tmp_path: Path, name: str, said: str) -> None:
    here = Crossret(tmp_path, crossret.cache)
    (tmp_path / "notes.txt").write_text("1")
    ended = here("components", "--plugin", name)
    assert ended.code == 2
    assert said in ended.line


def test_two_files_of_one_name_are_refused(crossret: Crossret, tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "mine.py", tmp_path / "b" / "mine.py"]
    for path in paths:
        path.parent.mkdir()
        path.write_text("")
    ended = crossret("plugins", "--plugin", paths[0], "--plugin", paths[1], "--plugin", paths[0])
    assert ended.code == 2
    assert "have the same name; rename one of them" in ended.line
