"""How the checks are run: from the command line, and by a test file of three lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from crossret.cli import cli
from crossret.contracts.meta import Meta
from crossret.errors import UsageError
from crossret.plugins import plugins, registry
from crossret.registry import Component, Registry
from crossret.testing.checks.registration import search_path
from crossret.testing.conformance import components_called, conformance_tests, run_check, with_argument
from crossret.testing.subject import Example, Subject
from crossret.testing.tiny_data import TRANSLATIONS, write_translations

LOSS = """
class Gap:
    def __init__(self, context):
        self.first, self.second = context.between
        self.views = frozenset(context.between)

    def __call__(self, views):
        return (views.embeddings[self.first] - views.embeddings[self.second]).square().sum()


def register_losses(register):
    register("gap", Gap)
"""
WRONG_LOSS = LOSS.replace(".square().sum()", ".square().sum(1)")


def pytest_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "crossret.testing.fixtures", *words]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def fresh():
    """Plugin files that a test loads are forgotten with it."""
    plugins.cache_clear()
    yield
    plugins.cache_clear()


def test_a_test_file_of_three_lines_finds_what_is_wrong(tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG_LOSS)
    (tmp_path / "test_wrong.py").write_text(
        'from crossret.testing import conformance_tests\n\ntest_conforms = conformance_tests("wrong.py")\n'
    )
    done = pytest_in(tmp_path)
    assert done.returncode == 1, done.stdout
    said = "loss 'gap' of plugin 'wrong' (wrong.py): gives_one_finite_number: expected a tensor of shape (); found"
    assert said in done.stdout
    assert "test_conforms[loss-gap-gives_one_finite_number]" in done.stdout
    assert "it has no opponent of its own" in done.stdout


def test_the_command_prints_a_table_and_fails(tmp_path, fresh):
    (tmp_path / "wrong.py").write_text(WRONG_LOSS)
    words = ["plugins", "check", "wrong.py", "--plugin", str(tmp_path / "wrong.py"), "--format", "csv"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert "Checks of wrong.py,loss gap,is built,pass," in lines
    assert any(
        line.startswith("Checks of wrong.py,loss gap,gives one finite number,fail,expected a tensor of shape ()")
        for line in lines
    )
    assert any(
        line.startswith("Checks of wrong.py,loss gap,parameters survive saving,not applicable,") for line in lines
    )
    assert " failed, " in done.stderr


def test_the_command_succeeds_and_says_what_checks_demand(tmp_path, fresh):
    (tmp_path / "gap.py").write_text(LOSS)
    words = ["plugins", "check", "gap", "--plugin", str(tmp_path / "gap.py"), "--verbose", "--format", "csv"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "Its target is imported and constructed" in done.stdout
    assert " 0 failed, " in done.stderr


def test_options_of_the_command_line_are_laid_over_the_example():
    component, example = with_argument("timm:resnet18", {"trains": True}, registry())
    assert component.name == "timm"
    assert example == Example("resnet18", {"pretrained": False, "trains": True})
    assert with_argument("timm", {}, registry()) is None
    with pytest.raises(UsageError, match="names none"):
        with_argument("tim", {"trains": True}, registry())


def test_what_nothing_is_called_is_told_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'infonce'"):
        components_called("infonc", registry())
    with pytest.raises(UsageError, match="example of 'other'"):
        conformance_tests("infonce", {"other": Example()})


def test_a_distribution_a_plugin_and_a_component_can_be_named():
    assert {c.plugin for c in components_called("losses", registry())} == {"losses"}
    assert len({c.plugin for c in components_called("crossret", registry())}) > 5
    (only,) = components_called("infonce", registry())
    assert only.kind == "loss"


@pytest.mark.parametrize("heavy", [True, False])
def test_a_plugin_module_that_imports_torch_is_caught(heavy, tmp_path, monkeypatch):
    name = f"gapkit{heavy}".lower()
    info = tmp_path / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[crossret]\n{name} = {name}\n")
    marked = "from crossret.hookspecs import hookimpl\n" + LOSS.replace("def register", "@hookimpl\ndef register")
    marked = marked.replace("Gap)", f'"{name}:Gap")')
    (tmp_path / f"{name}.py").write_text(("import torch\n" if heavy else "") + marked)
    monkeypatch.syspath_prepend(str(tmp_path))
    known = Registry()
    known.add(Component("loss", "gap", f"{name}:Gap", Meta(), name, name))
    from crossret.testing.checks.registration import registers_without_heavy_imports as check

    outcome = run_check(check, Subject(*components_called(name, known), Example(), known, tmp_path))
    assert outcome.verdict == ("fail" if heavy else "pass"), outcome
    assert not heavy or "torch" in outcome.reason


def test_the_fixtures_are_loaded_without_anything_heavy(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_light(crossret_home):\n"
        "    assert not {'torch', 'numpy', 'pydantic', 'PIL'} & set(sys.modules)\n"
        "    assert crossret_home.joinpath('work').samefile('.')\n"
    )
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout


def test_the_shipped_translations_are_those_of_the_data(tmp_path, crossret_tiny_data):
    write_translations(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == TRANSLATIONS.read_bytes()
    assert crossret_tiny_data.test_languages("plain") == ("en", "es", "ru", "zh")


@pytest.mark.slow
def test_a_recorded_run_uses_the_loss_of_a_file(crossret_run, tmp_path):
    (tmp_path / "gap.py").write_text(LOSS)
    recipe = {"objective": {"gap": {"loss": "gap", "between": ["visual", "target"]}}}
    run = crossret_run(recipe, plugins=[tmp_path / "gap.py"], languages=["es"])
    (record,) = run.records
    assert record.unit.language == "es"
    assert "gap" in record.terms
    assert record.made_by["gap.py"].startswith("sha256-")


def test_search_path_names_no_empty_folder():
    assert "" not in search_path()["PYTHONPATH"].split(":")
