"""The reference pages say what the code says."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from documentation_pages import DOCS, PAGES, ROOT

from crossret import hookspecs
from crossret.cli import cli
from crossret.plugins import registry
from crossret.recipe.models import Recipe
from crossret.recipe.reading import shipped_suites
from crossret.registry import KINDS
from crossret.results.record import Record

REFERENCE = DOCS / "reference"


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["cli", "components", "gallery", "hooks", "recipe", "records"])
def test_a_generated_page_is_current(name):
    command = [sys.executable, "-m", "cogapp", "-I", "docs", "--check", "--diff", f"docs/reference/{name}.md"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run: cog -I docs -r docs/reference/*.md\n{done.stdout}{done.stderr}"


def hook_lines() -> list[str]:
    """The signatures as they are written in the module."""
    tree = ast.parse(Path(hookspecs.__file__).read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [f"{f.name}({ast.unparse(f.args)}) -> {ast.unparse(f.returns)}" for f in functions]


@pytest.mark.parametrize("line", hook_lines())
def test_every_hook_has_a_heading_with_its_signature(line):
    assert f"\n## `{line}`\n" in page("hooks")


@pytest.mark.parametrize("line", hook_lines())
def test_every_hook_is_implemented_by_a_plugin_or_a_test(line):
    definition = f"def {line.partition('(')[0]}("
    files = [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    assert any(definition in path.read_text(encoding="utf-8") for path in files)


def command_paths(command: click.Command, path: str) -> list[str]:
    inner = command.commands if isinstance(command, click.Group) else {}
    names = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else inner
    found = [path]
    for name in names:
        child = command.get_command(click.Context(command), name)
        found += command_paths(child, f"{path} {name}")
    return found


@pytest.mark.parametrize("path", command_paths(cli, "crossret"))
def test_every_command_has_a_section(path):
    assert f"\n## `{path}`\n" in page("cli")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_component_has_a_section_with_its_components(kind):
    section = page("components").partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
    assert section
    for component in registry():
        if component.kind == kind and component.distribution == "crossret":
            assert f"\n### `{component.name}" in section


def test_every_suite_is_listed():
    for name in shipped_suites():
        assert f"| `{name}` |" in page("recipe")


def test_every_key_of_a_recipe_and_every_field_of_a_record_is_listed():
    for name in Recipe.model_fields:
        assert f"| `{name}` |" in page("recipe")
    for name in Record.model_fields:
        assert f"| `{name}` |" in page("records")


def test_every_environment_variable_is_listed():
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "crossret").rglob("*.py"))
    variables = set(re.findall(r"CROSSRET_[A-Z_]+", written))
    assert variables
    for variable in variables:
        assert f"`{variable}`" in page("environment")


def test_every_contract_is_shown():
    for path in sorted((ROOT / "crossret" / "contracts").glob("[!_]*.py")):
        assert f"crossret/contracts/{path.name}" in page("contracts")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_between_pages_leads_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
