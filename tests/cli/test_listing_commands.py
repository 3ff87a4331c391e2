from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from processes import Crossret

SUITES = Path(__file__).parents[2] / "benchmarks" / "suites"


def test_plugins_and_components_of_a_third_party_are_listed(crossret: Crossret) -> None:
    assert "shapes-plugin" in crossret("plugins").out
    datasets = crossret("components", "--kind", "dataset", "--format", "csv").out
    assert "shapes" in datasets
    assert "emoji" in datasets
    assert "infonce" not in datasets


def test_only_the_plugins_asked_for_are_loaded(crossret: Crossret) -> None:
    shown = crossret("components", CROSSRET_LOAD_PLUGINS="renderers,shapes-plugin").out
    assert "shapes" in shown
    assert "infonce" not in shown


def test_a_broken_plugin_is_a_row_or_one_line(crossret: Crossret, tmp_path: Path) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[crossret]\nbroken = broken_plugin\n")
    (tmp_path / "broken_plugin.py").write_text("raise RuntimeError('no luck')\n")
    paths = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH", ""))))
    ended = crossret("plugins", PYTHONPATH=paths)
    assert ended.code == 0
    assert "RuntimeError: no luck" in ended.out
    strict = crossret("plugins", PYTHONPATH=paths, CROSSRET_STRICT_PLUGINS="1")
    assert strict.code == 1
    place = f"{tmp_path / 'broken_plugin.py'}:1"
    assert strict.line == f"plugin 'broken' (broken) is broken: RuntimeError: no luck ({place})"


def test_data_sets_are_listed_shown_and_verified(crossret: Crossret) -> None:
    assert "CC0-1.0" in crossret("data", "list").out
    shown = crossret("data", "show", "emoji").out
    assert "cross-design" in shown
    assert "twemoji" in shown
    assert crossret("data", "show", "emoji", "--card").out.startswith("#")
    verified = crossret("data", "verify", "emoji")
    assert (verified.code, verified.out) == (0, "emoji: all files are in order\n")


# --- recipes -------------------------------------------------------------------------------------------------------


def test_a_resolved_recipe_is_yaml_with_its_defaults_and_settings(crossret: Crossret) -> None:
    ended = crossret("recipe", "show", "emoji", "--method", "nrccr", "--set", "training.epochs=7")
    recipe = yaml.safe_load(ended.out)
    assert recipe["training"]["epochs"] == 7
    assert recipe["training"]["clip"] == 2.0
    assert recipe["objective"]["cycle"]["between"] == ["source", "back"]


def test_all_methods_of_a_suite_are_shown(crossret: Crossret) -> None:
    ended = crossret("recipe", "show", "emoji")
    methods = yaml.safe_load((SUITES / "emoji.yaml").read_text())["methods"]
    assert ended.out.count("# suite emoji, method ") == len(methods)
    assert {"emoji", "emoji-full", "emoji-ablation"} <= set(crossret("recipe", "list").out.split())


@pytest.fixture(scope="module")
def schema(crossret: Crossret) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(crossret("recipe", "schema").out)
    return found


def test_the_schema_of_recipes_describes_every_part(crossret: Crossret) -> None:
    schema = json.loads(crossret("recipe", "schema", "--of", "recipe").out)
    recipe = yaml.safe_load(crossret("recipe", "show", "emoji", "--method", "nrccr").out)
    assert set(recipe) == set(schema["properties"])
    assert set(recipe["training"]) == set(schema["$defs"]["TrainingRecipe"]["properties"])


@pytest.mark.parametrize("suite", sorted(path.name for path in SUITES.glob("*.yaml")))
def test_the_schema_has_the_keys_of_every_shipped_suite(suite: str, schema: dict[str, Any]) -> None:
    content = yaml.safe_load((SUITES / suite).read_text())
    assert set(content) <= set(schema["properties"])
    assert any(set(option["required"]) <= set(content) for option in schema["anyOf"])
    method, nothing = schema["properties"]["methods"]["additionalProperties"]["anyOf"]
    assert nothing == {"type": "null"}
    entry = schema["$defs"][method["$ref"].rpartition("/")[2]]
    for changes in content.get("methods", {}).values():
        assert set(changes or ()) <= set(entry["properties"])


@pytest.mark.parametrize("suite", sorted(path.name for path in SUITES.glob("*.yaml")))
def test_a_validator_accepts_every_shipped_suite(suite: str, schema: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(yaml.safe_load((SUITES / suite).read_text()))
    assert not validator.is_valid({"langages": ["es"], "methods": {"a": {}}})
