"""Every command that a page shows runs, in the order of the page."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from documentation_pages import PAGES, ROOT, Step, steps

COMMANDS = {page: list(steps(page)) for page in PAGES}
RUN = [page for page, found in COMMANDS.items() if any(not step.why_not and not step.path for step in found)]


def test_the_pages_to_read_first_have_commands_that_run():
    names = {str(page.relative_to(ROOT)) for page in RUN}
    assert {"README.md", "docs/tutorial.md", "docs/how-to/own-suite.md", "docs/how-to/own-plugin.md"} <= names


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 90


def test_ci_runs_the_test_line_of_the_readme():
    line = "pip install nox && nox"
    assert [step.text for step in COMMANDS[ROOT / "README.md"] if step.text == line]
    assert line in (ROOT / ".ci" / "run").read_text()


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_of_a_page_runs(page, tmp_path, cache):
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")))),
        "CROSSRET_CACHE": str(cache),
        "OMP_NUM_THREADS": "1",
    }
    work = tmp_path / "work"
    work.mkdir()
    for step in COMMANDS[page]:
        if step.path:
            file = work / step.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step.text)
        elif not step.why_not:
            _type(step, page, work, environment)


def _type(step: Step, page: Path, work: Path, environment: dict[str, str]) -> None:
    for command in step.text.splitlines():
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", _without_network(command)],
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        where = f"{page.relative_to(ROOT)}:{step.line}"
        assert done.returncode == 0, f"{where}: {command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def _without_network(command: str) -> str:
    """``pip install ./folder`` into a folder of the test, with what is installed already."""
    words = shlex.split(command)
    if words[:2] != ["pip", "install"]:
        return command
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target", "../site"]
    return shlex.join([sys.executable, "-m", "pip", "install", *options, *words[2:]])
