"""``crossret plugins new``: every kind is written, loads, is clean, keeps its contract and runs in a bench."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from crossret.cli import cli
from crossret.errors import UsageError
from crossret.plugins import plugins, registry
from crossret.registry import KINDS
from crossret.scaffold.names import names_of
from crossret.scaffold.writing import COMMON, write_distribution
from crossret.testing.checks.registration import search_path


def written(kind: str, folder: Path, first: str = "new") -> Path:
    name = f"crossret-{first}-{kind}"
    return write_distribution(names_of(name, kind, registry()), kind, folder)


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_clean_and_loads(kind, tmp_path, monkeypatch):
    folder = written(kind, tmp_path)
    done = run(sys.executable, "-m", "ruff", "check", ".", cwd=folder)
    assert done.returncode == 0, done.stdout
    done = run(sys.executable, "-m", "ruff", "format", "--check", "--diff", ".", cwd=folder)
    assert done.returncode == 0, done.stdout
    info = folder / f"new_{kind}-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: crossret-new-{kind}\nVersion: 0.1.0\n")
    points = (folder / "pyproject.toml").read_text().split("[project.entry-points.crossret]\n")[1].split("\n\n")[0]
    (info / "entry_points.txt").write_text("[crossret]\n" + points.replace('"', "") + "\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("CROSSRET_LOAD_PLUGINS", f"crossret-new-{kind}")
    plugins.cache_clear()
    try:
        (row,) = plugins().rows
        assert not row.error
        (component,) = registry()
        assert (component.kind, component.name) == (kind, f"new-{kind}")
        component.load()
    finally:
        plugins.cache_clear()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_installs_and_passes_its_own_tests(kind, tmp_path):
    """In an environment of its own, which sees this one's packages; its tests run the kit and a bench."""
    environment = tmp_path / "environment"
    done = run(sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", str(environment), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = written(kind, tmp_path, "own")
    (site,) = environment.glob("lib/python*/site-packages")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = run(*pip, "--target", str(site), ".", cwd=folder)
    assert done.returncode == 0, done.stderr
    python = str(environment / "bin" / "python")
    inside = {"PYTHONPATH": search_path()["PYTHONPATH"], "OMP_NUM_THREADS": "1"}
    program = "from crossret.cli import main; main()"
    listed = run(python, "-c", program, "plugins", "--format", "csv", cwd=tmp_path, **inside)
    assert f"crossret-own-{kind},0.1.0," in listed.stdout
    done = run(python, "-m", "pytest", "-q", "-p", "crossret.testing.fixtures", cwd=folder, **inside)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Crossret_Gap", "expected lower-case words"),
        ("crossret-", "expected lower-case words"),
        ("../gap", "expected lower-case words"),
        ("json", "a package 'json' exists"),
        ("crossret-infonce", "loss 'infonce' of plugin 'losses' (crossret) exists"),
    ],
)
def test_a_bad_or_taken_name_is_refused(name, said):
    with pytest.raises(UsageError) as error:
        names_of(name, "loss", registry())
    assert said in str(error.value)


def test_the_command_writes_a_folder_and_says_what_comes_next(tmp_path):
    words = ["plugins", "new", "crossret-mean-gap", "--kind", "loss", "--in", str(tmp_path)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    folder = tmp_path / "crossret-mean-gap"
    assert f"pip install -e {folder}" in done.stdout
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    package = "crossret_mean_gap"
    assert found == {target.format(package=package) for target in COMMON.values()} | {f"{package}/component.py"}
    assert not [path for path in tmp_path.iterdir() if path != folder]
    again = CliRunner().invoke(cli, words)
    assert again.exit_code == 2
    assert "exists; choose another name" in again.stderr


def test_an_unknown_kind_is_told_with_the_nearest(tmp_path):
    done = CliRunner().invoke(cli, ["plugins", "new", "crossret-gap", "--kind", "los", "--in", str(tmp_path)])
    assert "did you mean 'loss'?" in done.stderr
