"""``crossret translate routes en gl``: how the engines get from one language to another."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from processes import SCRIPT, Crossret

TESTS = Path(__file__).parents[1]
RULE = TESTS / "rule_engine.py"


@pytest.fixture(scope="module")
def crossret(crossret: Crossret) -> Crossret:
    """With the folder on its path from which the plugin's class is imported."""
    return Crossret(crossret.folder, crossret.cache, TESTS)


def routes(crossret: Crossret, *words: object, **environment: str) -> list[list[object]]:
    ended = crossret("translate", "routes", *words, "--format", "json", **environment)
    assert ended.code == 0, ended.err
    (table,) = json.loads(ended.out)["tables"]
    return [[cell["value"] for cell in row] for row in table["rows"]]


def test_routes_of_an_engine_come_best_first_with_modes_and_versions(crossret: Crossret, tmp_path: Path) -> None:
    option = ("--via", "rule", "--plugin", RULE, "--option", f"calls={tmp_path / 'calls'}")
    found = routes(crossret, "en", "gl", *option, RULE_MORE_PAIRS="en-gl")
    assert [row[:4] for row in found] == [
        ["rule", 1, "en → gl (rule)", "en2gl"],
        ["rule", 2, "en → es → gl (rule)", "en2es, es2gl"],
    ]
    ended = crossret("translate", "routes", "en", "gl", *option, RULE_VERSION="7")
    assert "es → gl, rule: 7" in ended.out
    assert not (tmp_path / "calls").exists()


def test_without_a_route_it_says_what_is_near(crossret: Crossret, tmp_path: Path) -> None:
    option = ("--via", "rule", "--plugin", RULE, "--option", f"calls={tmp_path / 'calls'}")
    ended = crossret("translate", "routes", "en", "es-AR", *option)
    assert (ended.code, ended.line) == (1, "no translation route from 'en' to 'es-AR'")
    assert ended.err.splitlines()[0] == "rule: nearest to 'es-AR': 'es' by en → es (rule); install rule-en-es-AR"
    ended = crossret("translate", "routes", "enn", "es", *option)
    assert ended.err.splitlines()[0] == "rule: nothing leads from 'enn'; did you mean 'en'?; install rule-enn-es"


def test_every_engine_is_asked_and_one_that_needs_options_says_which(crossret: Crossret) -> None:
    ended = crossret("translate", "routes", "en", "xx", "--plugin", RULE)
    assert ended.code == 1
    assert "rule: ask it with --via rule --option calls=…" in ended.err.splitlines()
    assert any(line.startswith("apertium: ") for line in ended.err.splitlines())


def test_an_engine_that_is_not_installed_says_how_to_install_it(crossret: Crossret, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("env", "python3"):
        (programs / name).symlink_to(str(shutil.which(name)))
    path = os.pathsep.join((str(SCRIPT.parent), str(programs)))
    ended = crossret("translate", "routes", "en", "es", "--via", "apertium", PATH=path)
    assert ended.code == 1
    assert "apt-get install --no-install-recommends apertium apertium-eng-spa" in ended.line


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("en es --via apertum", "unknown translator 'apertum'; did you mean 'apertium'?"),
        ("en es --via recorded", "translator 'recorded' reads a data set; use crossret translate quality DATASET"),
        ("en es --via noise:file", "translator 'noise' reads a data set; use crossret translate quality DATASET"),
        ("en es --via file", "file: ask it with --via file --option path=…"),
        ("en es --option path=x", "--option is for one translator: name it with --via"),
        ("en es --via identity --option x=1", "unknown option of translator 'identity' 'x'"),
    ],
)
def test_what_cannot_be_meant_is_one_line(words: str, line: str, crossret: Crossret) -> None:
    ended = crossret("translate", "routes", *words.split())
    assert (ended.code, ended.line[: len(line)]) == (2, line)
