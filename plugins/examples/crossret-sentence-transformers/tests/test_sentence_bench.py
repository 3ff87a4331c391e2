"""A small bench on the data that comes with crossret, through the installed plugin, with a tiny model."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DISTRIBUTION = "crossret-sentence-transformers"
CROSSRET = Path(sys.executable).with_name("crossret")


@pytest.mark.parametrize("trains", [False, True])
def test_a_model_trains_over_it_and_the_record_names_it(model: Path, tmp_path: Path, trains: bool) -> None:
    try:
        version = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{DISTRIBUTION} is not installed")
    settings = (
        f"model.text.encoder=sentence-transformers:{model}",
        f"model.text.options.trains={str(trains).lower()}",
        "training.epochs=1",
    )
    words = ["bench", "emoji", "--lang", "es", "--method", "translate-train"]
    words += [word for setting in settings for word in ("--set", setting)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CROSSRET_STRICT_PLUGINS": "1"}
    subprocess.run([CROSSRET, *words, "--out", str(tmp_path)], env=environment, check=True, timeout=600)
    (file,) = tmp_path.glob("records/*/*.json")
    record = json.loads(file.read_text())
    assert record["made_by"][DISTRIBUTION] == version
    assert record["scores"][0]["sumr"] > 0
    found = subprocess.run(
        [CROSSRET, "search", "gato negro", "--lang", "es", "--out", str(tmp_path)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "gato negro" in found.stdout
