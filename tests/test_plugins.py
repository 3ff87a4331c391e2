"""Plugins in processes of their own, found as any installed distribution is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from crossret.plugins import LOAD_VARIABLE, missing

HEAVY = ("torch", "transformers", "timm", "open_clip", "accelerate", "pandas", "scipy", "numpy", "PIL", "omegaconf")
FIRST_PARTY = {
    "baselines",
    "datasets",
    "emoji",
    "executors",
    "losses",
    "offline",
    "renderers",
    "text",
    "translators",
    "video",
    "vision",
}
GOOD = """
from crossret.contracts.meta import Meta
from crossret.hookspecs import hookimpl

@hookimpl
def register_losses(register):
    register("good", "good_component:Loss", Meta(summary="a third party's loss"))

@hookimpl
def register_commands(cli):
    import click
    cli.add_command(click.Command("hello"))
"""
COMPONENT = """
class Loss:
    views = frozenset(("visual", "target"))

    def __init__(self, context, margin=0.1):
        self.margin = margin

    def __call__(self, views):
        raise NotImplementedError
"""
REPORT = """
import json, sys
import click
from crossret.plugins import plugins

found = plugins()
cli = click.Group()
found.add_commands(cli)
print(json.dumps({
    "rows": [[row.name, row.distribution, row.version, row.error] for row in found.rows],
    "hooks": {row.name: row.hooks for row in found.rows},
    "losses": found.registry.names("loss"),
    "datasets": found.registry.names("dataset"),
    "commands": sorted(cli.commands),
    "modules": sorted(sys.modules),
}))
"""


def install(folder: Path, distribution: str, entry_points: dict[str, str], modules: dict[str, str]) -> None:
    """What pip would leave behind, in a folder that is put on the path."""
    info = folder / f"{distribution.replace('-', '_')}-1.5.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n")
    lines = [f"{name} = {module}" for name, module in entry_points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[crossret]", *lines, ""]))
    for name, program in modules.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(program))


def python(program: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CROSSRET_")}
    paths = (str(folder), os.environ.get("PYTHONPATH", ""))
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | variables
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)


def report(folder: Path, **variables: str) -> dict[str, Any]:
    done = python(REPORT, folder, **variables)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def errors(found: dict[str, Any]) -> dict[str, str]:
    return {f"{distribution}:{name}": error for name, distribution, _, error in found["rows"] if error}


def names(found: dict[str, Any]) -> set[str]:
    return {name for name, *_ in found["rows"]}


def test_plugins_are_listed_without_importing_what_is_heavy(tmp_path: Path) -> None:
    found = report(tmp_path)
    assert names(found) == FIRST_PARTY
    assert not errors(found)
    assert "triplet" in found["losses"]
    assert not set(HEAVY) & set(found["modules"])
    assert "crossret_losses.plugin" in found["modules"]
    assert "crossret_losses.triplet" not in found["modules"]


def test_a_third_partys_plugin_stands_beside_our_own(tmp_path: Path) -> None:
    install(tmp_path, "their-losses", {"theirs": "good"}, {"good": GOOD, "good_component": COMPONENT})
    found = report(tmp_path)
    assert ["theirs", "their-losses", "1.5", ""] in found["rows"]
    assert {"good", "triplet"} <= set(found["losses"])
    assert found["commands"] == ["hello"]
    assert found["hooks"]["theirs"] == ["register_commands", "register_losses"]
    assert "good_component" not in found["modules"]
    built = python(
        "from crossret.plugins import registry\n"
        "from crossret.contracts.loss import LossContext, Term\n"
        "term = registry().build('loss', 'good', LossContext(), margin=0.4)\n"
        "print(isinstance(term, Term), term.margin)",
        tmp_path,
    )
    assert built.stdout == "True 0.4\n", built.stderr


HALF = """
from crossret.hookspecs import hookimpl

@hookimpl
def register_losses(register):
    register("first-half", "x:Y")
    {rest}
"""
BROKEN: dict[str, tuple[str, str]] = {
    "raises": ("raise RuntimeError('first line\\nsecond line')", "RuntimeError: first line second line"),
    "exits": ("import sys\nsys.exit(3)", "SystemExit: 3"),
    "needs": ("import a_library_nobody_has", "ModuleNotFoundError: No module named 'a_library_nobody_has'"),
    "syntax": ("def broken(:", "SyntaxError: invalid syntax"),
    "hook": (
        "from crossret.hookspecs import hookimpl\n@hookimpl\ndef register_lossess(register): ...",
        "unknown hook 'register_lossess'; did you mean 'register_losses'?",
    ),
    "argument": (
        "from crossret.hookspecs import hookimpl\n@hookimpl\ndef register_losses(registry): ...",
        "hook 'register_losses' takes (registry); expected (register)",
    ),
    "nothing": (
        "from crossret.hookspecs import hookimpl\n@hookimpl\ndef register_losses(): ...",
        "hook 'register_losses' takes (); expected (register)",
    ),
    "target": (
        HALF.format(rest="register('bad', 'no_class')"),
        "loss 'bad' of plugin 'bad' (zz-bad): target 'no_class'",
    ),
    "twice": (HALF.format(rest="register('first-half', 'x:Z')"), "loss 'first-half' is registered twice"),
    "half": (HALF.format(rest="raise OSError('disk')"), "OSError: disk"),
    "taken": (
        HALF.format(rest="register('triplet', 'x:Z')"),
        "loss 'triplet' is registered twice: by plugin 'losses' (crossret) and by plugin 'bad' (zz-bad)",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_a_row_and_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    program, said = BROKEN[name]
    install(tmp_path, "zz-bad", {"bad": f"broken_{name}"}, {f"broken_{name}": program})
    install(tmp_path, "zzz-good", {"theirs": "good"}, {"good": GOOD, "good_component": COMPONENT})
    found = report(tmp_path)
    assert names(found) == {*FIRST_PARTY, "bad", "theirs"}
    (error,) = errors(found).values()
    assert errors(found) == {"zz-bad:bad": error}
    assert said in error
    assert "\n" not in error
    assert {"good", "triplet"} <= set(found["losses"])
    assert "first-half" not in found["losses"]
    assert found["commands"] == ["hello"]


def test_an_entry_point_without_a_module_is_a_row(tmp_path: Path) -> None:
    install(tmp_path, "zz-bad", {"gone": "no_such_module", "part": "json:no_such_part"}, {})
    found = errors(report(tmp_path))
    assert "ModuleNotFoundError" in found["zz-bad:gone"]
    assert "AttributeError" in found["zz-bad:part"]


def test_commands_that_cannot_be_added_are_a_row(tmp_path: Path) -> None:
    program = (
        "from crossret.hookspecs import hookimpl\n@hookimpl\ndef register_commands(cli):\n    raise KeyError('no')"
    )
    install(tmp_path, "aa-bad", {"bad": "broken"}, {"broken": program})
    install(tmp_path, "zzz-good", {"theirs": "good"}, {"good": GOOD, "good_component": COMPONENT})
    found = report(tmp_path)
    assert errors(found) == {"aa-bad:bad": "KeyError: 'no'"}
    assert found["commands"] == ["hello"]


def test_two_distributions_may_give_their_plugins_one_name(tmp_path: Path) -> None:
    """Entry points are named by their authors, who do not know one another."""
    install(tmp_path, "aa-first", {"losses": "good"}, {"good": GOOD, "good_component": COMPONENT})
    install(tmp_path, "zz-second", {"losses": "second"}, {"second": "raise ValueError('broken')"})
    found = report(tmp_path)
    assert errors(found) == {"zz-second:losses": "ValueError: broken"}
    assert {"good", "triplet"} <= set(found["losses"])


def test_a_distribution_without_metadata_does_not_end_the_program(tmp_path: Path) -> None:
    install(tmp_path, "aa-odd", {"odd": "good"}, {"good": GOOD, "good_component": COMPONENT})
    (tmp_path / "aa_odd-1.5.dist-info" / "METADATA").unlink()
    assert {*FIRST_PARTY, "odd"} == names(report(tmp_path))


def test_a_function_that_is_not_marked_is_no_hook(tmp_path: Path) -> None:
    install(
        tmp_path, "plain", {"plain": "plain"}, {"plain": "def register_losses(register):\n    register('no', 'x:Y')"}
    )
    found = report(tmp_path)
    assert "no" not in found["losses"]
    assert not errors(found)


@pytest.mark.parametrize("value", ["1", "yes"])
def test_strict_mode_makes_a_broken_plugin_an_error(tmp_path: Path, value: str) -> None:
    install(tmp_path, "zz-bad", {"bad": "broken"}, {"broken": "raise RuntimeError('why')"})
    done = python(REPORT, tmp_path, CROSSRET_STRICT_PLUGINS=value)
    assert done.returncode == 1
    assert "ComponentError: plugin 'bad' (zz-bad) is broken: RuntimeError: why (" in done.stderr
    assert "broken.py:1)" in done.stderr


@pytest.mark.parametrize("value", ["", "0"])
def test_strict_mode_is_off_by_default(tmp_path: Path, value: str) -> None:
    install(tmp_path, "zz-bad", {"bad": "broken"}, {"broken": "raise RuntimeError('why')"})
    assert errors(report(tmp_path, CROSSRET_STRICT_PLUGINS=value)) == {"zz-bad:bad": "RuntimeError: why"}


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("", set()),
        ("losses", {"losses"}),
        (" emoji , theirs ", {"emoji", "theirs"}),
        ("Their_Losses", {"theirs"}),
        ("crossret", FIRST_PARTY),
        ("nobody", set()),
    ],
)
def test_only_the_named_plugins_are_loaded(tmp_path: Path, only: str, expected: set[str]) -> None:
    install(tmp_path, "their-losses", {"theirs": "good"}, {"good": GOOD, "good_component": COMPONENT})
    found = report(tmp_path, CROSSRET_LOAD_PLUGINS=only)
    assert names(found) - {"nobody"} == expected
    assert ("good" in found["modules"]) == ("theirs" in expected)


def test_a_plugin_asked_for_by_a_name_that_nobody_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOAD_VARIABLE, "losses, crosret-audio")
    assert missing() == ["crosret-audio"]
