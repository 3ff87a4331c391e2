"""Scripts that anybody may run still run: each at its smallest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SPEED = Path(__file__).parents[2] / "benchmarks" / "speed"
pytestmark = pytest.mark.slow


def printed(script: str, *words: str) -> str:
    """What a script prints."""
    command = [sys.executable, str(SPEED / script), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(table: str) -> dict[str, list[str]]:
    """Cells of a Markdown table's rows, by the first."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    return {first: rest for first, *rest in found[2:]}


def test_ranks() -> None:
    ways = ("--way", "matrix product alone", "--way", "crossret", "--way", "crossret, bfloat16")
    found = rows(printed("ranks.py", "--size", "60x2x16", "--rounds", "1", "--threads", "1", *ways))
    assert set(found) == {"matrix product alone", "crossret", "crossret, bfloat16"}
    assert found["crossret"][4:6] == found["crossret, bfloat16"][4:6]


def test_training() -> None:
    ways = ("plain, text encoder frozen", "crossret, text encoder frozen")
    small = ("--batch", "4", "--layers", "1", "--threads", "1")
    found = rows(printed("training.py", *small, *(word for way in ways for word in ("--way", way))))
    assert set(found) == set(ways)
    assert all(float(cells[0]) > 0 for cells in found.values())


def test_growth(tmp_path: Path) -> None:
    kept, plot = tmp_path / "growth.json", tmp_path / "growth.svg"
    words = ("--part", "ranks", "--part", "flat index", "--scale", "1", "--out", str(kept), "--plot", str(plot))
    printed("growth.py", *words)
    found = json.loads(kept.read_text())
    assert found["ranks"]["500"]["seconds"] > 0
    assert plot.read_text().startswith("<?xml")
    kept.write_text(json.dumps(found | {"ranks": {"500": {"seconds": 1.0, "memory": 2.0}}}))
    assert rows(printed("growth.py", *words))["ranks"] == ["500", "1.00", "", "2"], "what is kept is not measured again"
