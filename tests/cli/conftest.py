from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import Crossret, Ended
from small_data import Small

EPOCHS = 30


@dataclass(frozen=True)
class Run:
    """A finished bench; tests that change it work on a copy."""

    folder: Path
    options: tuple[str, ...]
    ended: Ended


@pytest.fixture(scope="session")
def run(crossret: Crossret, small: Small, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two methods with a model, one of them fused, one asked by translation, and an ablated one; in one language."""
    folder = tmp_path_factory.mktemp("run") / "out"
    methods = "source-only,translate-test,translate-train,all-terms,all-terms-fused,no-cycle"
    options = (str(small.suite), "--lang", "es", "--method", methods, "--set", f"training.epochs={EPOCHS}")
    ended = crossret("bench", *options, "--out", folder)
    assert ended.code == 0, ended.err
    return Run(folder, options, ended)
