from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crossret.errors import UsageError
from crossret.recipe.reading import read_suite, recipe_of, shipped_suites
from crossret.recipe.suite import MethodEntry
from recipe.made import suite, write


def test_every_shipped_suite_is_valid_in_every_method() -> None:
    assert "emoji" in shipped_suites()
    for name in shipped_suites():
        found = read_suite(name)
        assert found.name == name
        assert found.summary
        for method in found.methods:
            assert recipe_of(found, method)


def test_a_method_extends_another_step_by_step() -> None:
    methods = {
        "c": {"extends": "b", "recipe": {"training": {"clip": 3}}},
        "b": {"extends": "a", "recipe": {"training": {"clip": 2, "epochs": 2}}},
        "a": {"recipe": {"training": {"clip": 1, "epochs": 1, "batch_size": 9}}},
    }
    found = suite(methods=methods)
    training = recipe_of(found, "c").training
    assert (training.clip, training.epochs, training.batch_size) == (3, 2, 9)
    assert recipe_of(found, "a").training.clip == 1
    assert recipe_of(found, "c", ["training.clip=4"]).training.clip == 4


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        ({"a": {"extends": "a"}}, "circle: a → a"),
        ({"a": {"extends": "b"}, "b": {"extends": "c"}, "c": {"extends": "b"}}, "circle: a → b → c → b"),
        ({"first": {}, "a": {"extends": "frist"}}, "method 'a' extends 'frist'; did you mean 'first'?"),
        ({"a": {"reference": True}, "b": {"reference": True}}, "more than one method is marked as the reference row"),
        ({}, "methods: Dictionary should have at least 1 item"),
        ({"a": None}, "methods.a: Input should be a valid dictionary"),
        ({"a": {"recipes": {}}}, "unknown key 'methods.a.recipes'; did you mean 'recipe'?"),
        ({"a": {"group": "x"}}, "methods.a.group: Input should be 'baseline', 'method' or 'oracle', found 'x'"),
    ],
)
def test_methods_that_do_not_fit_together_are_refused(methods: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        suite(methods=methods)
    assert str(refused.value).startswith("mine.yaml: ")
    assert said in str(refused.value)


def test_an_unknown_method_comes_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="unknown method 'onne'; did you mean 'one'"):
        recipe_of(suite(), "onne")


PARENT = """
languages: [es, fr]
seeds: 2
recipe: {objective: {source: {loss: triplet, between: [visual, source]}}}
methods:
  a: {label: A, reference: true}
  b: {extends: a, recipe: {training: {epochs: 7}}}
"""


def test_a_suite_extends_a_file_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "suites").mkdir()
    write(tmp_path / "suites" / "parent.yaml", f"name: parent\n{PARENT}")
    text = "extends: parent.yaml\nlanguages: [pt]\nmethods: {c: {extends: b}, a: {label: B}}"
    child = write(tmp_path / "suites" / "child.yaml", text)
    monkeypatch.chdir(tmp_path)
    for path in (child, Path("suites/child.yaml")):
        found = read_suite(str(path))
        assert (found.name, found.languages, found.seeds) == ("child", ("pt",), 2)
        assert list(found.methods) == ["a", "b", "c"]
        assert found.methods["a"] == MethodEntry(label="B", reference=True)
        assert recipe_of(found, "c").training.epochs == 7


def test_only_an_inherited_method_is_left_out_by_null(tmp_path: Path) -> None:
    write(tmp_path / "parent.yaml", PARENT)
    child = write(tmp_path / "child.yaml", "extends: parent.yaml\nmethods: {b: null}")
    assert list(read_suite(str(child)).methods) == ["a"]
    for text in ("extends: parent.yaml\nmethods: {new: null}", PARENT + "  new:\n"):
        with pytest.raises(UsageError, match=r"methods\.new: Input should be a valid dictionary"):
            read_suite(str(write(tmp_path / "child.yaml", text)))


def test_a_method_that_others_extend_cannot_be_left_out(tmp_path: Path) -> None:
    write(tmp_path / "parent.yaml", PARENT)
    child = write(tmp_path / "child.yaml", "extends: parent.yaml\nmethods: {a: null}")
    with pytest.raises(UsageError, match="method 'b' extends 'a'"):
        read_suite(str(child))


def test_a_parent_that_is_not_there_is_named_with_the_file_that_extends_it(tmp_path: Path) -> None:
    for name, said in (("emojis", "unknown suite 'emojis'; did you mean 'emoji'?"), ("a.yaml", "a.yaml: no such file")):
        path = write(tmp_path / "child.yaml", f"extends: {name}")
        with pytest.raises(UsageError) as refused:
            read_suite(str(path))
        assert str(refused.value).startswith(f"{path}: extends: ")
        assert str(refused.value).endswith(said)


PLACES = """
languages: [es]
recipe:
  data: {dataset: emoji, options: {root: data/here}}
  translation: {options: {path: "${data.options.root}/mt.csv"}}
  model: {visual: {backbone: features, options: {path: "${data.options.root}/${data.dataset}.npy"}}}
  objective: {source: {loss: triplet, between: [visual, source]}}
methods:
  a: {}
  b: {recipe: {data: {options: {root: there}}}}
  c: {recipe: {model: {visual: {options: {path: "${model.visual.hidden}.npy"}, hidden: 7}}}}
"""


@pytest.mark.parametrize(
    ("method", "overrides", "path"),
    [
        ("a", [], "data/here/emoji.npy"),
        ("a", ["data.options.root=/mine"], "/mine/emoji.npy"),
        ("b", [], "there/emoji.npy"),
        ("b", ["data.options.root=/mine"], "/mine/emoji.npy"),
        ("c", [], "7.npy"),
        ("a", ["model.visual.options.path=${data.options.root}/x"], "data/here/x"),
    ],
)
def test_a_key_may_stand_for_another_of_the_whole_recipe(
    method: str, overrides: list[str], path: str, tmp_path: Path
) -> None:
    write(tmp_path / "places.yaml", PLACES)
    for text in ("extends: places.yaml", PLACES):
        found = recipe_of(read_suite(str(write(tmp_path / "suite.yaml", text))), method, overrides)
        assert found.model.visual.options["path"] == path
        assert found.translation.options["path"] == f"{found.data.options['root']}/mt.csv"


@pytest.mark.parametrize("circle", ["${data.options.rot}", "${data.options.root}", "${data.options"])
def test_a_key_that_stands_for_nothing_is_named_with_its_method(circle: str, tmp_path: Path) -> None:
    path = write(tmp_path / "suite.yaml", PLACES.replace("data/here", f"'{circle}'"))
    with pytest.raises(UsageError) as refused:
        recipe_of(read_suite(str(path)), "a")
    message = str(refused.value)
    assert message.startswith("suite 'suite', method 'a': ") or message.startswith(f"{path}: ")
    assert "data.options" in message
    assert "\n" not in message


def test_suites_in_a_circle_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "extends: ./b.yaml")
    write(tmp_path / "b.yaml", f"extends: {tmp_path / 'a.yaml'}")
    with pytest.raises(UsageError, match=r"suites extend one another in a circle: .*a\.yaml → .*b\.yaml → .*a\.yaml"):
        read_suite(str(tmp_path / "a.yaml"))
