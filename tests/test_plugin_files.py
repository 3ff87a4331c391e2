from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from crossret.errors import ComponentError
from crossret.inline import PluginFile
from crossret.plugins import check_files, plugins, registry

path = Path(sys.argv[1])
planned = PluginFile.of(path, path.read_bytes())
if sys.argv[2] == "changed":
    path.write_text(path.read_text() + "# changed\\n")
try:
    check_files([planned])
except ComponentError as error:
    print(error)
else:
    print(type(registry().build("loss", "mine", None)).__name__)
"""


def worker(file: Path, what: str) -> str:
    call = [sys.executable, "-c", PROGRAM, str(file), what]
    return subprocess.run(call, capture_output=True, text=True, check=True).stdout


def test_a_worker_loads_the_file_of_the_plan(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "class Mine:\n    def __init__(self, context): ...\n\n"
        "def register_losses(register):\n    register('mine', Mine)\n"
    )
    assert worker(file, "same") == "Mine\n"
    said = worker(file, "changed")
    assert "was changed after the run was planned" in said
    assert "start the command again" in said


def test_a_worker_tells_of_a_file_that_is_broken_only_there(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("import nobody_has_it\n")
    said = worker(file, "same")
    assert said.startswith("plugin file ")
    assert f"{file}:1: ModuleNotFoundError" in said
