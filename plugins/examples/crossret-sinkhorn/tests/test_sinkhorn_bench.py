"""A small bench on the data that comes with crossret, through the installed plugin."""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

DISTRIBUTION = "crossret-sinkhorn"
CROSSRET = Path(sys.executable).with_name("crossret")


def test_a_model_trains_with_it_and_the_record_names_it(tmp_path: Path) -> None:
    try:
        version = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{DISTRIBUTION} is not installed")
    suite = Path(__file__).parents[1] / "compare.yaml"
    words = ["bench", str(suite), "--lang", "es", "--method", "sinkhorn", "--set", "training.epochs=1"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CROSSRET_STRICT_PLUGINS": "1"}
    subprocess.run([CROSSRET, *words, "--out", str(tmp_path)], env=environment, check=True, timeout=600)
    (file,) = tmp_path.glob("records/*/*.json")
    record = json.loads(file.read_text())
    assert record["made_by"][DISTRIBUTION] == version
    assert math.isfinite(record["curve"][-1]["terms"]["sinkhorn"])
    assert record["scores"][0]["sumr"] > 0
