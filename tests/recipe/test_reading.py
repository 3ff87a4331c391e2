from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from crossret.errors import UsageError
from crossret.recipe.models import AnchorsRecipe, Recipe
from crossret.recipe.reading import merged, read_suite, read_yaml, shipped_suites, to_yaml, validated
from crossret.recipe.suite import Suite
from recipe.made import OBJECTIVE, recipe, write


def refusal(*overrides: str, **content: Any) -> str:
    with pytest.raises(UsageError) as refused:
        recipe(*overrides, **content)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith(("suite 'mine', method 'one': ", "--set ", "cannot combine"))
    return message


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("training.epoch=3", "unknown key 'training.epoch'; did you mean 'epochs'?"),
        ("trainin.epochs=3", "unknown key 'trainin'; did you mean 'training'?"),
        ("model.text.positionss=3", "unknown key 'model.text.positionss'; did you mean 'positions'?"),
        ("objective.source.los=x", "unknown key 'objective.source.los'; did you mean 'loss'?"),
        ("objective.new.los=x", "unknown key 'objective.new.los'; did you mean 'loss'?"),
        (
            "evaluation.zzz=1",
            "unknown key 'evaluation.zzz'; known: also, anchors, batch_size, compile, duplicate_captions, "
            "fusion_weight, galleries, memory_mb, query, scores, variants",
        ),
    ],
)
def test_an_unknown_key_is_named_with_its_path_and_the_nearest(override: str, said: str) -> None:
    assert refusal(override).endswith(said)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("training.epochs=many", "training.epochs: Input should be a valid integer, unable to parse string"),
        ("training.epochs=0", "training.epochs: Input should be greater than or equal to 1, found 0"),
        ("training.epochs=", "training.epochs: Input should be a valid integer, found None"),
        ("training=5", "training: Input should be a valid dictionary"),
        ("training.schedule=cosin", "training.schedule: Input should be 'plateau' or 'cosine', found 'cosin'"),
        ("training.clip=inf", "training.clip: Input should be a finite number, found 'inf'"),
        ("training.clip=nan", "training.clip: Input should be a finite number, found 'nan'"),
        ("objective.source.weight=-1", "objective.source.weight: Input should be greater than or equal to 0"),
        ("objective.source.between=[visual, picture]", "objective.source.between.1: Input should be 'visual', "),
        ("model.text.width=30", "model.text: width 30 is not a multiple of heads 8"),
        ("model.text.query_width=30", "model.text: query_width 30 is not a multiple of heads 8"),
        ("data.dataset=no", "data.dataset: Input should be a valid string, found False (YAML reads yes, no"),
        ("objective.source=null", "objective has no active term and no baseline is named: nothing to compute"),
        ("objective.source.weight=0", "objective has no active term and no baseline is named: nothing to compute"),
    ],
)
def test_a_wrong_value_is_named_with_its_path_and_what_was_expected(override: str, said: str) -> None:
    assert said in refusal(override)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("training.epochs", "--set 'training.epochs': expected key=value, e.g. training.epochs=5"),
        ("=5", "--set '=5': expected key=value"),
        ("training.epochs=[1", "--set 'training.epochs=[1': while parsing a flow sequence"),
        ("training.epochs=\0", "--set 'training.epochs=\\x00': "),
        ("objective.source.between[0]=back", "--set 'objective.source.between[0]=back': expected key=value"),
        ("training..epochs=1", "--set 'training..epochs=1': expected key=value"),
        ("[=1", "--set '[=1': expected key=value"),
    ],
)
def test_an_override_that_cannot_be_read_is_one_line(override: str, said: str) -> None:
    assert said in refusal(override)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("abtraining.epochs=[]{}:,'\"#&*!|>%@` 0123\n\té-?$"), max_size=20))
def test_no_override_ends_in_a_traceback(text: str) -> None:
    for override in (f"training.epochs={text}", text):
        with contextlib.suppress(UsageError):
            assert recipe(override).training.epochs >= 1


@pytest.mark.parametrize(
    ("text", "value"), [("5e-3", 0.005), ("5.0e-3", 0.005), ("1E-4", 1e-4), ("1", 1.0), (".5", 0.5), ("0.01", 0.01)]
)
def test_numbers_as_people_write_them(text: str, value: float, tmp_path: Path) -> None:
    assert recipe(f"training.learning_rate={text}").training.learning_rate == value
    assert read_yaml(write(tmp_path / "a.yaml", f"rate: {text}")) == {"rate": value}


@pytest.mark.parametrize("override", ["training.precision=no", "training.precision='no'"])
def test_the_word_no_is_a_precision(override: str) -> None:
    assert recipe(override).training.precision == "no"


def test_later_overrides_win_and_leave_the_rest_alone() -> None:
    found = recipe("training.epochs=3", "training.epochs=4", "training.patience=null", training={"batch_size": 7})
    assert (found.training.epochs, found.training.batch_size, found.training.patience) == (4, 7, None)
    assert found.training.clip == Recipe.model_validate({"objective": OBJECTIVE}).training.clip


def test_terms_are_added_changed_and_switched_off() -> None:
    changed = recipe(
        "objective.target={loss: infonce, between: [visual, target], weight: 0.5}",
        "objective.source.weight=2",
        "objective.source.options.margin=0.3",
    )
    assert list(changed.terms()) == ["source", "target"]
    assert changed.terms()["source"].weight == 2
    assert changed.terms()["source"].options == {"margin": 0.3}
    assert changed.terms()["target"].between == ("visual", "target")
    without = recipe("objective.target={loss: infonce, between: [visual, target]}", "objective.source=null")
    assert list(without.terms()) == ["target"]
    weightless = recipe("objective.target={loss: infonce, between: [visual, target], weight: 0}")
    assert list(weightless.terms()) == ["source"]


def test_a_term_that_was_switched_off_can_be_switched_on_again() -> None:
    off: dict[str, Any] = {"objective": {"source": None}}
    assert merged([{"objective": OBJECTIVE}, off, {"objective": OBJECTIVE}]) == {"objective": OBJECTIVE}


@pytest.mark.parametrize(
    ("overrides", "options"),
    [
        ([], {"pretrained": "openai"}),
        (["model.visual.hidden=7"], {"pretrained": "openai"}),
        (["model.visual.options.pretrained=null"], {}),
        (["model.visual.options.trains=true"], {"pretrained": "openai", "trains": True}),
        (["model.visual.options.pretrained=laion2b_s34b_b79k"], {"pretrained": "laion2b_s34b_b79k"}),
        (["model.visual.backbone=hog"], {}),
        (["model.visual.backbone=openclip:RN50"], {}),
    ],
)
def test_the_default_backbone_has_weights(overrides: list[str], options: dict[str, Any]) -> None:
    assert recipe(*overrides).model.visual.options == options


def test_the_weights_of_the_default_backbone_exist() -> None:
    open_clip = pytest.importorskip("open_clip")
    visual = recipe().model.visual
    assert visual.options["pretrained"] in open_clip.list_pretrained_tags_by_model(visual.backbone.partition(":")[2])


def test_a_baseline_needs_no_objective_and_is_not_asked_with_fused_scores() -> None:
    assert recipe(objective={}, baseline="lexical").terms() == {}
    assert "cannot be asked with fused scores" in refusal("evaluation.query=fused", objective={}, baseline="lexical")


def test_a_baseline_has_no_anchors() -> None:
    assert "has no anchors" in refusal("evaluation.anchors.temperature=0.1", objective={}, baseline="lexical")
    assert recipe("evaluation.anchors.lexical=lexical").evaluation.anchors == AnchorsRecipe(lexical="lexical")


def test_layers_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(UsageError, match="cannot combine recipes: "):
        merged([{"data": {"options": {"a": [1]}}}, {"data": {"options": {"a": {"b": 1}}}}])


def test_merging_changes_no_layer() -> None:
    layers: list[dict[str, Any]] = [{"a": {"b": 1, "c": [1, 2]}}, {"a": {"c": [3]}}]
    before = json.dumps(layers)
    assert merged(layers, ["a.b=2"]) == {"a": {"b": 2, "c": [3]}}
    assert json.dumps(layers) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name: x\nmethods: {a: [}\n", "line 2"),
        ("name: x\n\tmethods: 3\n", "line 2"),
        ("name: x\nname: y\n", "line 2"),
        ("- a\n- b\n", "expected a mapping of keys to values, found a list"),
        ("name: ${nowhere}\n", "nowhere"),
    ],
)
def test_bad_yaml_is_named_with_its_file_and_line(tmp_path: Path, content: str, said: str) -> None:
    path = write(tmp_path / "suite.yaml", content)
    with pytest.raises(UsageError) as refused:
        read_suite(str(path))
    assert str(refused.value).startswith(f"{path}: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"name: \xe9\n"])
def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "suite.yaml").write_bytes(content)
    with pytest.raises(UsageError, match="not a readable YAML file"):
        read_suite(str(tmp_path / "suite.yaml"))


def test_files_and_suites_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.yaml: no such file"):
        read_suite(str(tmp_path / "gone.yaml"))
    with pytest.raises(UsageError, match="unknown suite 'emojis'; did you mean 'emoji'"):
        read_suite("emojis")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(UsageError, match=r"folder\.yaml: "):
        read_suite(str(tmp_path / "folder.yaml"))
    with pytest.raises(UsageError, match="languages: Field required"):
        read_suite(str(write(tmp_path / "empty.yaml", "")))


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="$\ufeff"), max_size=8)
    | st.sampled_from(
        ["no", "null", "1e-3", "5e3", "~", "12:30", "0x1f", "007", "true", "1_000", "", " a", "a: b", "# x"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=6,
)
options = st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), plain, max_size=3)


@settings(deadline=None, max_examples=60)
@given(
    options=options,
    rate=st.floats(1e-12, 1e3),
    patience=st.none() | st.integers(1, 99),
    weight=st.floats(1e-9, 1e9),
    between=st.lists(st.sampled_from(["visual", "source", "target", "back", "cross"]), max_size=3),
    precision=st.sampled_from(["no", "bf16", "fp16"]),
)
def test_a_recipe_survives_its_yaml(
    options: dict[str, Any],
    rate: float,
    patience: int | None,
    weight: float,
    between: list[str],
    precision: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made = validated(
        Recipe,
        {
            "objective": {"a": {"loss": "x", "weight": weight, "between": between, "options": options}, "off": None},
            "training": {"learning_rate": rate, "patience": patience, "precision": precision},
            "data": {"options": options, "protocol": "no"},
        },
        "test",
    )
    path = write(tmp_path_factory.mktemp("yaml") / "recipe.yaml", to_yaml(made))
    assert validated(Recipe, read_yaml(path), "test") == made


def test_a_suite_survives_its_yaml(tmp_path: Path) -> None:
    for name in shipped_suites():
        found = read_suite(name)
        path = write(tmp_path / "suite.yaml", to_yaml(found))
        assert read_suite(str(path)) == found


@pytest.mark.parametrize("model", [Recipe, Suite])
def test_the_json_schema_knows_every_key_and_forbids_others(model: type[Recipe] | type[Suite]) -> None:
    schema = json.loads(json.dumps(model.model_json_schema()))
    assert set(schema["properties"]) == set(model.model_fields)
    for definition in [schema, *schema["$defs"].values()]:
        assert definition["additionalProperties"] is False, definition["title"]
        assert definition["description"]


def test_a_recipe_never_changes() -> None:
    with pytest.raises(ValidationError):
        recipe().training.epochs = 3  # type: ignore[misc]
