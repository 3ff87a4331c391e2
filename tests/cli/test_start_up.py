"""Every command loads every plugin, so 20 of them must cost next to nothing: counted in imports, not by the clock."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from processes import Crossret

START_UP = Path(__file__).parents[2] / "benchmarks" / "start_up.py"
HEAVY = {"torch", "transformers", "timm", "open_clip", "accelerate", "numpy", "scipy", "PIL", "pandas", "packaging"}
PROBE = """
import json, sys
from crossret.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
COUNT = 20


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = spec_from_file_location("start_up", START_UP)
    assert spec is not None
    assert spec.loader is not None
    start_up = module_from_spec(spec)
    spec.loader.exec_module(start_up)
    folder = tmp_path_factory.mktemp("site")
    start_up.install_many(folder, COUNT)
    return folder


def modules(crossret: Crossret, words: tuple[str, ...], site: Path | None) -> tuple[str, set[str]]:
    given = crossret.environment().get("PYTHONPATH", "")
    environment = crossret.environment(PYTHONPATH=f"{site}:{given}" if site else given)
    call = [sys.executable, "-c", PROBE, *words]
    done = subprocess.run(call, cwd=crossret.folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout, set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", [("--help",), ("components", "--format", "csv"), ("plugins", "--format", "csv")])
def test_twenty_plugins_with_heavy_components_cost_one_small_import_each(
    crossret: Crossret, site: Path, words: tuple[str, ...]
) -> None:
    _, without = modules(crossret, words, None)
    shown, within = modules(crossret, words, site)
    assert not HEAVY & within
    assert within - without == {f"many_{number}_plugin" for number in range(COUNT)}
    if words[0] == "components":
        assert shown.count("encoder-") == shown.count("loss-") == COUNT
    if words[0] == "plugins":
        assert shown.count("crossret-many-") == COUNT


def test_the_components_of_those_plugins_are_heavy_indeed(crossret: Crossret, site: Path) -> None:
    program = "from crossret.plugins import registry\nregistry().get('loss', 'loss-7').load()\nimport sys\n"
    given = crossret.environment().get("PYTHONPATH", "")
    done = subprocess.run(
        [sys.executable, "-c", f"{program}print('torch' in sys.modules)"],
        env=crossret.environment(PYTHONPATH=f"{site}:{given}"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True\n"
