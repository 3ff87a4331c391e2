"""``crossret plugins`` and its doctor, with plugins as pip would leave them."""

from __future__ import annotations

import csv
import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from processes import Crossret, Ended

HOOK = "from crossret.hookspecs import hookimpl\n\n\n@hookimpl\ndef register_losses(register):\n    "
META = "from crossret.contracts.meta import Meta\n"
GOOD = f"{HOOK}register('fine', 'fine_component:Fine')\n"
COMPONENT = "import torch\n\n\nclass Fine: ...\n"


def installed(
    site: Path, distribution: str, module: str, program: str, metadata: str = "", component: str = ""
) -> None:
    info = site / f"{distribution.replace('-', '_')}-1.5.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n{metadata}")
    (info / "entry_points.txt").write_text(f"[crossret]\n{module} = {module}_plugin\n")
    (site / f"{module}_plugin.py").write_text(textwrap.dedent(program))
    (site / f"{module}_component.py").write_text(component)


def call(crossret: Crossret, site: Path, *words: str, **variables: str) -> Ended:
    given = crossret.environment().get("PYTHONPATH", "")
    return crossret(*words, PYTHONPATH=f"{site}:{given}", **variables)


def doctor(crossret: Crossret, site: Path, **variables: str) -> tuple[int, list[Mapping[str, str]], Mapping[str, Any]]:
    """Exit status, what is found about the plugins in ``site``, and everything."""
    ended = call(crossret, site, "plugins", "doctor", "--json", **variables)
    facts = json.loads(ended.out)
    # The metadata of an editable crossret may be older than its source.
    return ended.code, [f for f in facts["findings"] if f["distribution"] != "crossret"], facts


def test_a_sound_plugin(crossret: Crossret, tmp_path: Path) -> None:
    installed(tmp_path, "crossret-fine", "fine", GOOD, component=COMPONENT)
    code, found, facts = doctor(crossret, tmp_path)
    assert (code, found) == (0, [])
    (row,) = (row for row in facts["plugins"] if row["name"] == "fine")
    assert row["components"] == [{"kind": "loss", "name": "fine", "target": "fine_component:Fine"}]
    assert row["hooks"] == ["register_losses"]
    assert row["version"] == "1.5"
    assert 0 < row["milliseconds"] < 10_000
    assert set(facts["versions"]) == {"crossret", "python", "pluggy", "torch", "transformers"}


BROKEN: dict[str, tuple[str, str]] = {
    "raises": ("x = 1\nraise RuntimeError('no luck')", "not loaded: RuntimeError: no luck ({site}/odd_plugin.py:2)"),
    "missing module": (
        "import nobody_has_it",
        "not loaded: ModuleNotFoundError: No module named 'nobody_has_it' ({site}/odd_plugin.py:1)",
    ),
    "syntax": ("x = 1\ndef broken(:", "not loaded: SyntaxError: invalid syntax ({site}/odd_plugin.py:2)"),
    "in the hook": (f"{HOOK}{{}}['x']", "not loaded: KeyError: 'x' ({site}/odd_plugin.py:6)"),
    "unknown hook": (
        "from crossret.hookspecs import hookimpl\n\n\n@hookimpl\ndef register_lossess(register): ...",
        "not loaded: unknown hook 'register_lossess'; did you mean 'register_losses'? ({site}/odd_plugin.py:4)",
    ),
    "arguments": (
        "from crossret.hookspecs import hookimpl\n\n\n@hookimpl\ndef register_losses(registry): ...",
        "not loaded: hook 'register_losses' takes (registry); expected (register) ({site}/odd_plugin.py:4)",
    ),
    "taken": (
        f"{HOOK}register('triplet', 'odd_component:Odd')",
        "not loaded: loss 'triplet' is registered twice: by plugin 'losses' (crossret) and by plugin 'odd' "
        "(crossret-odd) ({site}/odd_plugin.py:6)",
    ),
    "a class": (
        f"class Odd: ...\n\n\n{HOOK}register('odd', Odd)",
        "not loaded: registers <class 'odd_plugin.Odd'>; expected 'package.module:Class', which is imported when it is "
        "first used ({site}/odd_plugin.py:9)",
    ),
    "no such module": (f"{HOOK}register('odd', 'nowhere:Odd')", "loss 'odd': there is no module nowhere"),
    "no such class": (
        f"{HOOK}register('odd', 'odd_component:Ode')",
        "loss 'odd': {site}/odd_component.py has no 'Ode'; did you mean 'Odd'?",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_told_with_its_reason_and_line(crossret: Crossret, tmp_path: Path, what: str) -> None:
    program, said = BROKEN[what]
    installed(tmp_path, "crossret-odd", "odd", program, component="class Odd: ...\n")
    installed(tmp_path, "zz-fine", "fine", GOOD, component=COMPONENT)
    code, found, _ = doctor(crossret, tmp_path, CROSSRET_STRICT_PLUGINS="")
    assert code == 1
    assert [(f["level"], f["plugin"], f["distribution"]) for f in found] == [("broken", "odd", "crossret-odd")]
    assert found[0]["what"] == said.replace("{site}", str(tmp_path))


def test_strict_mode_does_not_keep_the_doctor_from_telling_everything(crossret: Crossret, tmp_path: Path) -> None:
    installed(tmp_path, "crossret-odd", "odd", "raise RuntimeError('one')")
    installed(tmp_path, "zz-odd", "odder", "raise RuntimeError('two')")
    code, found, _ = doctor(crossret, tmp_path, CROSSRET_STRICT_PLUGINS="1")
    assert code == 1
    assert [f["plugin"] for f in found] == ["odd", "odder"]


def test_what_makes_every_command_slow_is_a_warning(crossret: Crossret, tmp_path: Path) -> None:
    installed(
        tmp_path, "aa-first", "first", f"import numpy\nimport time\ntime.sleep(0.15)\n{GOOD}", component=COMPONENT
    )
    second = f"from numpy import ndarray\n{HOOK}register('second', 'second_component:Fine')\n"
    installed(tmp_path, "bb-second", "second", second, component=COMPONENT)
    (tmp_path / "fine_component.py").write_text(COMPONENT)
    code, found, _ = doctor(crossret, tmp_path)
    assert code == 0
    told = [(f["level"], f["plugin"], f["what"].split(" when")[0].split(" ms")[0]) for f in found]
    assert ("warning", "first", "imports numpy") in told
    assert ("warning", "second", "imports numpy") in told
    (slow,) = (f["what"] for f in found if "ms to register" in f["what"])
    assert 150 <= float(slow.split()[1]) < 10_000


def test_requirements_that_are_not_met_and_the_line_that_installs_them(crossret: Crossret, tmp_path: Path) -> None:
    metadata = "Requires-Dist: crossret>=900\nProvides-Extra: warp\nRequires-Dist: warp-drive>=9; extra == 'warp'\n"
    register = (
        "register('a', 'odd_component:Odd', Meta(extra='warp'))\n"
        "    register('b', 'odd_component:Odd', Meta(extra='warp'))\n"
        "    register('c', 'odd_component:Odd', Meta(extra='wrap'))\n"
    )
    installed(tmp_path, "crossret-odd", "odd", META + HOOK + register, metadata, "class Odd: ...\n")
    code, found, facts = doctor(crossret, tmp_path)
    version = facts["versions"]["crossret"]
    assert code == 1
    assert [(f["level"], f["what"], f["remedy"]) for f in found] == [
        ("broken", f"needs crossret>=900 ({version} is installed)", "pip install 'crossret>=900'"),
        ("warning", "loss 'c': the extra 'wrap' is none of crossret-odd; did you mean 'warp'?", ""),
        (
            "note",
            "loss 'a', loss 'b': needs warp-drive>=9 (not installed)",
            "pip install 'crossret-odd[warp]'",
        ),
    ]


def test_a_file_beside_that_is_not_loaded_is_noted(crossret: Crossret, tmp_path: Path) -> None:
    here = Crossret(tmp_path, crossret.cache)
    (tmp_path / "crossret_plugins.py").write_text("")
    said = "crossret_plugins.py in this folder is not loaded"
    assert said in here("plugins", "doctor", "--json").out
    assert said not in here("plugins", "doctor", "--json", "--plugin", ".").out


def test_the_tables_of_the_doctor_and_its_exit_status(crossret: Crossret, tmp_path: Path) -> None:
    installed(tmp_path, "crossret-odd", "odd", "raise RuntimeError('no luck')")
    ended = call(crossret, tmp_path, "plugins", "doctor", "--format", "csv")
    assert ended.code == 1
    rows = list(csv.DictReader(ended.out.splitlines()))
    (loaded,) = (row for row in rows if row["table"] == "Plugins" and row["plugin"] == "odd")
    assert (loaded["distribution"], loaded["version"], loaded["components"]) == ("crossret-odd", "1.5", "broken")
    (found,) = (row for row in rows if row["level"] == "broken")
    assert (found["plugin"], found["distribution"]) == ("odd", "crossret-odd")
    assert found["what"].startswith("not loaded: RuntimeError: no luck (")
    assert ended.err.splitlines()[-1].startswith("1 broken, ")


def test_plugins_of_one_hook_and_as_json(crossret: Crossret, tmp_path: Path) -> None:
    installed(tmp_path, "crossret-fine", "fine", GOOD, component=COMPONENT)
    found = json.loads(call(crossret, tmp_path, "plugins", "--hook", "register_losses", "--json").out)
    assert [(row["name"], row["distribution"]) for row in found] == [("losses", "crossret"), ("fine", "crossret-fine")]
    assert all("register_losses" in row["hooks"] for row in found)
    wrong = call(crossret, tmp_path, "plugins", "--hook", "register_lossess")
    assert wrong.code == 2
    assert wrong.line == "unknown hook 'register_lossess'; did you mean 'register_losses'?"


def test_a_broken_plugin_is_a_row_with_its_place(crossret: Crossret, tmp_path: Path) -> None:
    installed(tmp_path, "crossret-odd", "odd", "\nraise RuntimeError('no luck')")
    ended = call(crossret, tmp_path, "plugins", "--format", "csv")
    assert ended.code == 0
    assert f"RuntimeError: no luck ({tmp_path}/odd_plugin.py:2)" in ended.out
    (row,) = (r for r in json.loads(call(crossret, tmp_path, "plugins", "--json").out) if r["name"] == "odd")
    assert (row["error"], row["place"]) == ("RuntimeError: no luck", f"{tmp_path}/odd_plugin.py:2")
