"""What only reads and prints never imports a deep-learning library, so that it answers at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import Crossret
from small_data import Small

from .conftest import Run

HEAVY = ("torch", "accelerate", "transformers", "timm", "open_clip")


@pytest.mark.parametrize(
    "words",
    [
        "--help",
        "--version",
        "bench --help",
        "plugins",
        "plugins doctor",
        "components",
        "bench --dry-run",
        "bench --dry-run {suite} --out {run}",
        "leaderboard {run}",
        "ablation {run} --baseline all-terms",
        "scores {run}",
        "recipe list",
        "recipe show",
        "recipe schema",
        "data list",
        "data show emoji",
        "data show xtd10",
    ],
)
def test_no_deep_learning_library_is_imported(words: str, crossret: Crossret, run: Run) -> None:
    given = [word.format(suite=run.options[0], run=run.folder) for word in words.split()]
    ended, imported = crossret.imported(*given, modules=HEAVY)
    assert ended.code == 0, ended.err
    assert ended.out
    assert imported == set()


def test_the_process_that_hands_out_jobs_stays_light(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    words = (small.suite, "--lang", "es", "--method", "source-only", "--set", "training.epochs=1", "--out", tmp_path)
    ended, imported = crossret.imported("bench", *words, modules=HEAVY)
    assert ended.code == 0, ended.err
    assert imported == set()


def test_the_probe_would_see_an_import(crossret: Crossret, run: Run) -> None:
    ended, imported = crossret.imported("search", "aro rojo", "--lang", "es", "--out", run.folder, modules=HEAVY)
    assert ended.code == 0, ended.err
    assert "torch" in imported
